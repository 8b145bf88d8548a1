import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { today } from "../../lib/days.ts";
import { newId } from "../../lib/id.ts";
import { issuedMs } from "../../nfe/dates.ts";
import type { Note } from "../../nfe/note.ts";
import { referencesOf } from "../../nfe/references.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { takenLots } from "../../stock/lots/keep-lots.ts";
import { appendMovedActivating, postedByNote } from "../../stock/posting/append-moved.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { invalidatedTags, type Posting, post } from "../../stock/posting/posting.ts";
import { FACTOR_ONE } from "../../stock/supplier-items/factor.ts";
import { beforeCountFindings, saveBeforeCount } from "../approve/before-count.ts";
import { exitsAtOnce } from "../approve/change-event-exits.ts";
import { isCostComplement } from "../approve/complement.ts";
import { lotFindings, saveLotFindings } from "../approve/lot-findings.ts";
import { appendLowStockOfNote } from "../approve/low-stock.ts";
import {
  insufficientStock,
  negativeBalanceFindings,
  saveNegativeBalance,
} from "../approve/negative-balance-finding.ts";
import { notApproved, stockFailureOf } from "../approve/not-approved.ts";
import { saveUnitDiffers, unitDiffersFindings } from "../approve/other-units.ts";
import { bringsBack } from "../approve/returned-goods.ts";
import { type Judgement, judge } from "../judge/judge.ts";
import { signatureCheck } from "../judge/signature-check.ts";
import { assumedSeen, seenValues } from "../note/changed-items.ts";
import { broughtBy, type EventExits, eventExits } from "../note/event-exits.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import { bookingLines } from "../note/lines.ts";
import type { NoteReceipt, ReceivedNote } from "../note/receipt.ts";
import {
  hasExits,
  insertItems,
  insertNote,
  insertParty,
  insertReferences,
  POSTING_GUARD,
  partyId,
  type Registration,
  referencedJson,
  registeredStatus,
  registrationGuard,
} from "../note/registration-sql.ts";
import { roundedFindings } from "../note/rounded.ts";
import { findNote } from "../note/stored-note.ts";
import { setWaitingEffects } from "../note/waiting-effects.ts";
import type { Finding, WrittenVerdict } from "../note/written-verdict.ts";
import { completeNote } from "./complete.ts";

/**
 * Registers a note, and approves it in the same batch where that was requested and it has no holds.
 * The first attempt assumes the usual case (no factors, no earlier events) and lets the guards of the batch check it; the next
 * attempts read the database first. A note whose posting the stock refuses is registered with the finding `not_approved`.
 * Fails with `nfe.duplicate` (also for other content under the key), and as the ports do.
 */
export async function registerNote(
  ports: Ports,
  received: ReceivedNote,
  options: RegisterOptions,
): Promise<NoteReceipt> {
  const { company } = options.cause.actor;
  const { reading, original } = received;
  const checkSignature = signatureCheck(ports, reading.note, original);
  const { signal } = options;
  let refused: Finding | null = null;
  return optimistic(async (attempt) => {
    const seen = attempt === 0 ? options.settingsSeen : undefined;
    const settings = await settingsOf(ports, company, seen);
    const readDatabase = attempt > 0;
    const judged = await judge(ports, reading, settings, { checkSignature, readDatabase, signal });
    const wanted = refused === null && (options.approve ?? settings.autoApprove);
    try {
      const r = registrationOf(ports, received, judged, settings, options, wanted, refused);
      const receipt = await commitRegistration(ports, r, options);
      if (receipt !== null) return receipt;
      const stored = await findNote(ports, company, reading.note.accessKey, options.signal);
      if (stored !== null) return completeNote(ports, received, stored, options);
      // The key is free, so a guard refused the batch. An exit without the balance for it waits for a user.
      if (attempt > 0 && r.posting !== null && hasExits(r.posting) && !settings.allowNegative) {
        const lacks = await insufficientStock(ports, r.posting, options.signal);
        if (lacks !== null) refused = notApproved(lacks, r.items.length);
      }
    } catch (error) {
      // The stock refused the posting: the note is registered without it.
      const failure = wanted ? stockFailureOf(error) : null;
      if (failure === null) throw error;
      refused = notApproved(failure, judged.items.length);
    }
    return CHANGED;
  });
}

/** Null where the guards of the batch refused it; then nothing is written. Fails with `stock.out_of_range`. */
async function commitRegistration(
  ports: Ports,
  r: Registration,
  options: RegisterOptions,
): Promise<NoteReceipt | null> {
  const { company } = options.cause.actor;
  const won = registrationGuard(company, r.note.accessKey, r.id);
  const statements = [
    insertNote(r),
    ...(await ports.originals.store(company, r.original, won)),
    insertItems(r),
    ...insertReferences(company, r.note.accessKey, referencedJson(r.note), r.id),
    insertParty(r),
    ...setWaitingEffects(company, r.events, r.note, won),
    ...(r.posting === null
      ? []
      : [
          ...post(r.posting),
          ...(r.posting.entries.length > 0 ? [saveBeforeCount(r.posting)] : []),
          ...saveUnitDiffers(r.posting, r.settings.units),
          ...saveLotFindings(r.posting),
        ]),
    ...journalOf(r),
    ...(r.posting !== null && hasExits(r.posting)
      ? [saveNegativeBalance(r.posting), appendLowStockOfNote(r.posting)]
      : []),
    ...(r.posting === null ? [] : exitsAtOnce(r.posting, exitsOf(r, r.posting), r.cause)),
    ...(options.along?.(receiptOf(r), won) ?? []),
  ];
  const read = (rows: readonly Row[][]) =>
    rows[0] === undefined || rows[0].length === 0
      ? null
      : { findings: findingsOf(rows.flat()), lots: takenLots(rows.flat()) };
  const found = await ports.writer.commit({ statements, read }, options.signal).catch((error) => {
    throw stockFailureFrom(error, r.items[0]?.code ?? "");
  });
  if (found === null) return null;
  count(ports.meter, r);
  const receipt = receiptOf(r);
  return {
    ...receipt,
    findings: [...receipt.findings, ...found.findings],
    ...(found.lots.length === 0 ? {} : { lots: found.lots }),
  };
}

/** What events that came before the note take out of it at once. */
const exitsOf = ({ standing, items, at, settings }: Registration, posting: Posting): EventExits =>
  eventExits(standing.takesOut, items, broughtBy(posting), { at, units: settings.units });
const findingsOf = (rows: readonly Row[]): Finding[] => [
  ...negativeBalanceFindings(rows),
  ...beforeCountFindings(rows),
  ...unitDiffersFindings(rows),
  ...lotFindings(rows),
];

function registrationOf(
  ports: Pick<Ports, "clock">,
  { reading, original }: ReceivedNote,
  judged: Judgement,
  settings: Settings,
  options: RegisterOptions,
  approve: boolean,
  refused: Finding | null,
): Registration {
  const { note } = reading;
  const at = ports.clock.now();
  const id = newId();
  const base = {
    note,
    items: judged.items,
    verdict: judged.verdict,
    findings: refused === null ? judged.findings : [...judged.findings, refused],
    settings,
    original,
    id,
    cause: options.cause,
    at,
    events: judged.events,
    standing: judged.standing,
    eventsVersion: judged.eventsVersion,
    mappingRead: judged.mappingRead,
    assumedSeen: assumedSeen(judged.items, judged.mapping),
  };
  if (!approve || judged.verdict.holds.length > 0 || needsOthers(note, judged.verdict))
    return { ...base, posting: null };
  const { lines, entries, rounded } = bookingLines(
    judged.items.map((item, i) => ({
      item,
      effect: judged.verdict.effects[i] ?? "ask",
      bringsCost: judged.verdict.bringsCost[i] ?? false,
      factor: judged.mapping.find(item.code, item.unit)?.factor ?? FACTOR_ONE,
      product: null,
      savesMapping: false,
      mapped: judged.mapping.find(item.code, item.unit) !== null,
      factorIsManual: false,
    })),
    settings.units,
  );
  const posting: Posting = {
    company: settings.company,
    id,
    origin: "NFE",
    reference: note.accessKey,
    supplier: partyId(note.emit),
    ownCodes: judged.verdict.issuedByUs,
    lines,
    entries,
    seen: seenValues(judged.items, judged.mapping),
    userId: options.cause.actor.userId,
    at,
    happenedAt: issuedMs(note.ide.issuedAt),
    day: today(at, settings.timeZone),
    guard: POSTING_GUARD,
  };
  return { ...base, findings: [...base.findings, ...roundedFindings(rounded)], posting };
}

/** Whether what the note does depends on the notes that it refers to: it is approved after its registration. */
const needsOthers = (note: Note, verdict: WrittenVerdict): boolean =>
  isCostComplement(verdict) || bringsBack(verdict, referencesOf(note).length);

/** The statements of the batch for feed, cache and audit log. */
function journalOf(r: Registration): Statement[] {
  const { company } = r.cause.actor;
  const guard = registrationGuard(company, r.note.accessKey, r.id);
  const payload = {
    access_key: r.note.accessKey,
    number: r.note.ide.nNF,
    supplier: r.note.emit.name,
    direction: r.verdict.direction,
  };
  return [
    appendEvents(
      company,
      r.at,
      [
        {
          type: "nfe.registered",
          payload: {
            ...payload,
            holds: r.verdict.holds.map((h) => h.code),
            status: registeredStatus(r),
          },
        },
      ],
      guard,
    ),
    ...(r.posting === null
      ? []
      : [
          ...appendMovedActivating(
            r.at,
            { type: "nfe.processed", payload },
            postedByNote(r.posting),
            guard,
            {
              risePercent: r.settings.costRisePercent,
              bumps: invalidatedTags(r.posting).includes("products"),
            },
          ),
        ]),
    bumpTags(company, ["nfes", ...(r.posting === null ? [] : invalidatedTags(r.posting))], guard),
    audit(
      r.cause,
      r.at,
      {
        action: r.posting === null ? "nfe.register" : "nfe.register_and_process",
        entity: "nfe",
        id: r.note.accessKey,
        detail: {
          sha256: r.original.sha256,
          items: r.items.length,
          holds: r.verdict.holds.map((h) => h.code),
        },
      },
      guard,
    ),
  ];
}

/** Counts the verdict by its outcome and its holds. */
function count(meter: Ports["meter"], { verdict, posting }: Registration): void {
  const clear = posting === null ? "waiting" : "approved";
  const outcome = verdict.holds.length > 0 ? "held" : clear;
  meter.count("nfe_verdicts_total", { direction: verdict.direction, outcome });
  for (const { code } of verdict.holds) meter.count("nfe_holds_total", { hold: code });
  if (posting !== null) meter.count("nfe_processed_total", {});
}

function receiptOf(r: Registration): NoteReceipt {
  return {
    accessKey: r.note.accessKey,
    totalItems: r.items.length,
    status: registeredStatus(r),
    direction: r.verdict.direction,
    holds: r.verdict.holds,
    findings: r.findings,
    completed: false,
    ...(needsOthers(r.note, r.verdict) ? { apart: true } : {}),
    ...(r.verdict.holds.some(({ code }) => code === "not_ours")
      ? { between: [r.note.emit.cnpj, r.note.dest?.cnpj].flatMap((cnpj) => cnpj ?? []) }
      : {}),
  };
}
