import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { today } from "../../lib/days.ts";
import { newId } from "../../lib/id.ts";
import type { Position } from "../../lib/item-number.ts";
import { Failed, orFail } from "../../lib/result.ts";
import { ruleSentence } from "../../messages/pt-BR/documents/rules.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { costEffect, costed, issueYear } from "../cost/item-cost.ts";
import { readingOf, rejudgeNote } from "../judge/rejudge.ts";
import { seenValues } from "../note/changed-items.ts";
import { broughtBy, type EventExits, eventExits, NO_EXITS } from "../note/event-exits.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { knownEvents } from "../note/known-events.ts";
import { type Booking, bookingLines } from "../note/lines.ts";
import { type Mapping, mappingOf } from "../note/mapping.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";
import { roundedFindings } from "../note/rounded.ts";
import {
  findNote,
  itemsOf,
  type JudgedItem,
  mayBeApproved,
  originalOf,
  type StoredNote,
} from "../note/stored-note.ts";
import { ORIGINAL_REVERSED, originalsChanged, referencedKeys } from "../note/undone-originals.ts";
import type { Finding } from "../note/written-verdict.ts";
import { standingOf } from "../verdict/event-standing.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { RULES_VERSION } from "../verdict/rules.ts";
import type { Effect } from "../verdict/verdict.ts";
import { type ComplementCost, costOfComplement, isCostComplement } from "./complement.ts";
import { effectsAfter, factorOf, ROUNDS_TO_ZERO } from "./effects-after.ts";
import {
  type ItemCorrection,
  type RequestedCorrections,
  resolveCorrections,
} from "./resolve-corrections.ts";
import { goodsOfReturn, type ReturnedGoods } from "./returned-goods.ts";

/** Holds and findings of events whose quantities leave the stock. */
const OF_EXITS: readonly string[] = ["goods_lost", "not_delivered", "immobilised"];

export interface ApprovalOptions extends FlowOptions {
  readonly corrections: RequestedCorrections;
  /** Statements that are committed with the posting; `guard` selects a row only when it is posted. */
  readonly along?: (guard: Guard) => readonly Statement[];
  /** A reversed note stays so: an earlier sending of the same request may have approved it before. */
  readonly onlyWaiting?: boolean | undefined;
}

/** A registered note with the posting of its approval. Nothing of it is written. */
export interface Proposal {
  readonly kind: "ready";
  readonly note: StoredNote;
  /** With their cost after the corrections, and the effects of the verdict. */
  readonly items: readonly JudgedItem[];
  /** Those of `items` whose effect or destination the user has corrected, with the corrected effect. */
  readonly corrected: readonly JudgedItem[];
  /** By position. */
  readonly effects: ReadonlyMap<Position, Effect>;
  readonly posting: Posting;
  /** What the events of the note take out again at once. */
  readonly eventExits: EventExits;
  /** Of a complementary note: the costs that it brings to goods in stock; null: of any other. */
  readonly complement: ComplementCost | null;
  /** Of a return whose original is known: the exits that it brings back; null: of any other. */
  readonly returned: ReturnedGoods | null;
  /** Where rounding changes a quantity by more than 1 %. */
  readonly rounded: readonly Finding[];
  /** Of a return: the keys of the notes that may not be reversed meanwhile. */
  readonly originals: readonly string[];
  /** The settings it was made under; the guards of the batch check that they are unchanged. */
  readonly settings: Settings;
}

/**
 * Prepares the approval of a note with the corrections of the user; `done` for a note that is posted already.
 * Fails with `nfe.not_found`, `nfe.held`, `nfe.final`, `nfe.correction`, `nfe.override_denied`, `nfe.unreadable`,
 * `stock.out_of_range`.
 */
export async function propose(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<Proposal | { kind: "done"; note: StoredNote }> {
  const { company } = options.cause.actor;
  const settings = await settingsOf(ports, company);
  const note = await freshNote(ports, accessKey, settings, options.signal);
  if (note.status === "PROCESSADA") return { kind: "done", note };
  if (!mayBeApproved(note) || (options.onlyWaiting === true && note.status === "ESTORNADA"))
    throw new Failed<IngestFailure>({
      code: "nfe.final",
      access_key: accessKey,
      status: note.status,
    });
  const stored = await itemsOf(ports, company, note, options.signal);
  const mapping = await mappingOf(ports, settings, note.supplierId, stored, options.signal);
  const corrections = orFail(
    await resolveCorrections(ports, settings, stored, options.corrections, options.signal),
  );
  const effects = effectsAfter(note, stored, mapping, corrections, settings, options.corrections);
  const year = issueYear(note.issuedAt);
  const corrected: JudgedItem[] = [];
  const items = stored.map((item) => {
    const effect = effects.get(item.position) ?? item.effect;
    const given = corrections.get(item.position)?.destination ?? null;
    if (effect === item.effect && given === null) return item;
    const { bringsCost } = item;
    // A destination that was given at an earlier approval stays.
    const destination = given ?? item.destination;
    const decided = { effect: costEffect(effect, isCostComplement(note)), bringsCost, destination };
    const again = costed(item, decided, settings, year);
    corrected.push({ ...again, effect });
    return again;
  });
  const booked = bookingLines(
    items.map((item) => bookingOf(item, effects, mapping, corrections)),
    settings.units,
  );
  const returned = await goodsOfReturn(
    ports,
    note,
    items,
    booked,
    { company, mapping },
    options.signal,
  );
  const { lines, entries } = returned ?? booked;
  const at = ports.clock.now();
  const posting: Posting = {
    company,
    id: newId(),
    origin: "NFE",
    reference: accessKey,
    supplier: note.supplierId,
    ownCodes: note.issuedByUs,
    lines,
    entries,
    seen: seenValues(items, mapping),
    userId: options.cause.actor.userId,
    at,
    happenedAt: note.issuedMs,
    day: today(at, settings.timeZone),
    guard: POSTING_GUARD,
  };
  const complement = isCostComplement(note)
    ? await costOfComplement(ports, company, note, items, effects, options.signal)
    : null;
  if (complement === null && isCostComplement(note)) throw awaitsOriginal(note);
  const eventExits = await exitsOf(ports, settings, note, items, posting, options.signal);
  return {
    kind: "ready",
    note,
    items,
    corrected,
    effects,
    posting,
    eventExits,
    complement,
    returned,
    rounded: roundedFindings(booked.rounded),
    originals:
      options.corrections.override.includes(ORIGINAL_REVERSED) ||
      !stored.some(({ bringsCost, effect }) => !bringsCost && effect !== "none")
        ? []
        : referencedKeys(note),
    settings,
  };
}

/** Only a note whose verdict tells of such events is read for them; each event raises `verdict_version`, which is compared. */
async function exitsOf(
  ports: Ports,
  settings: Settings,
  note: StoredNote,
  items: readonly JudgedItem[],
  posting: Posting,
  signal?: AbortSignal,
): Promise<EventExits> {
  if (![...note.holds, ...note.findings].some(({ code }) => OF_EXITS.includes(code)))
    return NO_EXITS;
  const bytes = await originalOf(ports, settings.company, note);
  const reading = await readingOf(ports, bytes, note.accessKey, signal);
  if (reading === null)
    throw new Failed<IngestFailure>({ code: "nfe.unreadable", access_key: note.accessKey });
  const { events } = await knownEvents(ports, settings.company, note.accessKey, signal);
  const { takesOut } = standingOf(events, reading.note);
  return eventExits(takesOut, items, broughtBy(posting), { at: posting.at, units: settings.units });
}

/** Its original has left the stock since the note was judged. */
const awaitsOriginal = ({ accessKey, referenced }: StoredNote): Failed<IngestFailure> =>
  new Failed({
    code: "nfe.held",
    access_key: accessKey,
    holds: [
      {
        code: "awaits_original",
        message: ruleSentence({
          rule: "note.complement_waits",
          params: { keys: referencedKeys({ referenced }) },
        }),
      },
    ],
  });

/**
 * The note with a verdict of the present settings and rules; one that waits for a mapping or a factor is always judged again.
 * Fails with `nfe.not_found`, and with `nfe.unreadable` where it cannot be judged again.
 */
async function freshNote(
  ports: Ports,
  accessKey: string,
  settings: Settings,
  signal?: AbortSignal,
): Promise<StoredNote> {
  const missing = () => new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  let judged = false;
  return optimistic(async () => {
    const note = await findNote(ports, settings.company, accessKey, signal);
    if (note === null) throw missing();
    // A refusal, a return and a complement depend on whether the notes that they refer to are in stock.
    const stale =
      note.settingsVersion !== settings.version ||
      note.rulesVersion < RULES_VERSION ||
      note.holds.some(({ code }) => code === "mapping" || code === ROUNDS_TO_ZERO) ||
      isCostComplement(note) ||
      (note.direction === "none" && note.holds.some(({ code }) => code === "no_goods")) ||
      (await originalsChanged(ports, settings.company, note, signal));
    if (!mayBeApproved(note) || !stale || judged) return note;
    const outcome = await rejudgeNote(ports, settings.company, note, signal);
    if (outcome === "unreadable")
      throw new Failed<IngestFailure>({ code: "nfe.unreadable", access_key: accessKey });
    judged = outcome === "judged";
    return CHANGED;
  });
}

function bookingOf(
  item: JudgedItem,
  effects: ReadonlyMap<Position, Effect>,
  mapping: Mapping,
  corrections: ReadonlyMap<Position, ItemCorrection>,
): Booking {
  const correction = corrections.get(item.position);
  return {
    item,
    effect: effects.get(item.position) ?? item.effect,
    bringsCost: item.bringsCost,
    factor: factorOf(item, mapping, correction),
    product: correction?.product ?? null,
    mapped: mapping.find(item.code, item.unit) !== null,
    factorIsManual: correction !== undefined && correction.factor !== null,
    savesMapping:
      correction !== undefined && (correction.product !== null || correction.factor !== null),
  };
}
