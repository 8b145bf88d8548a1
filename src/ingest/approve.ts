import type { Cause } from "../accounts/actor.ts";
import type { Settings } from "../accounts/company.ts";
import { settingsOf } from "../accounts/settings.ts";
import { audit, happened, touched } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed, orFail } from "../lib/result.ts";
import type { Finding } from "../nfe/document.ts";
import type { Ports, Row, Statement } from "../ports.ts";
import { saidOfStock } from "../stock/out-of-range.ts";
import { factorsAsAssumed, nothingBelowZero, type Posting, post } from "../stock/posting.ts";
import { type Corrections, type ItemCorrection, spokenFor } from "./correct.ts";
import { applyCorrections } from "./corrections.ts";
import type { HoldCode, IngestFailure } from "./failures.ts";
import { POSTED } from "./keep.ts";
import { bookingLines } from "./lines.ts";
import { FACTOR_ONE, type Mapping, mappingOf, unmappedItems } from "./mapping.ts";
import { type ProcessPlan, planOf } from "./plan.ts";
import { leaves } from "./register.ts";
import { rejudgeNote } from "./rejudge.ts";
import { findNote, itemsOf, type JudgedItem, type StoredNote } from "./stored-note.ts";
import type { Effect } from "./verdict.ts";

export interface ApprovalOptions {
  readonly cause: Cause;
  readonly corrections: Corrections;
  readonly signal?: AbortSignal | undefined;
}

export interface Approval {
  readonly accessKey: string;
  readonly items: number;
  readonly alreadyProcessed: boolean;
  readonly findings: readonly Finding[];
}

const ATTEMPTS = 6;

/**
 * Takes a registered note into stock: products, supplier items, movements, balances, costs, status, feed and audit in one
 * batch. Twice, or twice at once: stock moves once, and the later answers `alreadyProcessed`.
 * Fails with `nfe.not_found`, `nfe.held`, `nfe.final`, `nfe.correction`, `nfe.override_denied`, `stock.insufficient`.
 */
export async function approve(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<Approval> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const prepared = await prepare(ports, accessKey, options);
    if (prepared.kind === "done")
      return { accessKey, items: prepared.note.totalItems, alreadyProcessed: true, findings: [] };
    const findings = await commitApproval(ports, prepared, options);
    if (findings !== null)
      return { accessKey, items: prepared.items.length, alreadyProcessed: false, findings };
    await explainRefusal(ports, prepared, options.signal);
  }
  throw new Failed({ code: "overloaded", what: "writer", retryAfterS: 1 });
}

/** What an approval would do, with the balances before and after; writes nothing. Fails as `approve`. */
export async function rehearse(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<ProcessPlan> {
  const prepared = await prepare(ports, accessKey, options);
  if (prepared.kind === "done")
    return { access_key: accessKey, dry_run: true, already_processed: true, items: [] };
  return planOf(ports, prepared.posting, prepared.items, prepared.effects, options.signal);
}

interface Prepared {
  readonly kind: "ready";
  readonly note: StoredNote;
  readonly items: readonly JudgedItem[];
  readonly effects: ReadonlyMap<number, Effect>;
  readonly posting: Posting;
  readonly settings: Settings;
}

async function prepare(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<Prepared | { kind: "done"; note: StoredNote }> {
  const { company } = options.cause.actor;
  const settings = await settingsOf(ports, company);
  const note = await freshNote(ports, accessKey, settings, options.signal);
  if (note.status === "PROCESSADA") return { kind: "done", note };
  if (note.status !== "PENDENTE")
    throw new Failed<IngestFailure>({
      code: "nfe.final",
      access_key: accessKey,
      status: note.status,
    });
  const items = await itemsOf(ports, company, note.id, options.signal);
  const mapping = await mappingOf(ports, company, note.supplierId, items, options.signal);
  const told = orFail(await spokenFor(ports, company, items, options.corrections, options.signal));
  const effects = effectsAfter(note, items, mapping, told, settings, options.corrections.override);
  const { lines, entries } = bookingLines(
    items.map((item) => bookingOf(item, effects, mapping, told)),
  );
  const posting: Posting = {
    company,
    id: newId(),
    origin: "NFE",
    reference: accessKey,
    supplier: note.supplierId,
    ownCodes: note.issuedByUs,
    lines,
    entries,
    userId: options.cause.actor.userId,
    at: ports.clock.now(),
    taken: POSTED,
  };
  return { kind: "ready", note, items, effects, posting, settings };
}

/** The note with a verdict made under the present settings; a wait for a mapping is judged again each time. */
async function freshNote(
  ports: Ports,
  accessKey: string,
  settings: Settings,
  signal?: AbortSignal,
): Promise<StoredNote> {
  const missing = () => new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  const note = await findNote(ports, settings.company, accessKey, signal);
  if (note === null) throw missing();
  const stale =
    note.settingsVersion !== settings.version || note.holds.some((hold) => hold.code === "mapping");
  if (note.status !== "PENDENTE" || !stale) return note;
  await rejudgeNote(ports, settings.company, note, signal);
  const judged = await findNote(ports, settings.company, accessKey, signal);
  if (judged === null) throw missing();
  return judged;
}

function effectsAfter(
  note: StoredNote,
  items: readonly JudgedItem[],
  mapping: Mapping,
  told: ReadonlyMap<number, ItemCorrection>,
  settings: Settings,
  override: readonly HoldCode[],
): ReadonlyMap<number, Effect> {
  // A product named for each unknown item is the answer that the hold `mapping` waits for: nothing to override then.
  const allMapped = unmappedItems(items, mapping).every(
    (item) => told.get(item.position)?.product != null,
  );
  const holds = note.holds.filter((hold) => hold.code !== "mapping" || !allMapped);
  // A verdict's items are told by number; here by position, because a number may repeat.
  const byPosition = items.map(({ position, effect }) => ({ n_item: position, effect }));
  const corrected = new Map<number, "entry" | "exit" | "none">();
  for (const [n, correction] of told)
    if (correction.effect !== null) corrected.set(n, correction.effect);
  const { effects, holdsLeft } = orFail(
    applyCorrections({ holds, direction: note.direction, items: byPosition }, settings, {
      override,
      effects: corrected,
    }),
  );
  if (holdsLeft.length > 0)
    throw new Failed<IngestFailure>({
      code: "nfe.held",
      access_key: note.accessKey,
      holds: holdsLeft,
    });
  return effects;
}

function bookingOf(
  item: JudgedItem,
  effects: ReadonlyMap<number, Effect>,
  mapping: Mapping,
  told: ReadonlyMap<number, ItemCorrection>,
) {
  const correction = told.get(item.position);
  return {
    item,
    effect: effects.get(item.position) ?? item.effect,
    factor_e4: correction?.factor_e4 ?? mapping.find(item.code, item.unit)?.factor_e4 ?? FACTOR_ONE,
    product: correction?.product ?? null,
    teach:
      correction !== undefined && (correction.product !== null || correction.factor_e4 !== null),
  };
}

/** Gives the findings of the approval, or null where the batch's guards have refused it. */
async function commitApproval(
  ports: Ports,
  prepared: Prepared,
  options: ApprovalOptions,
): Promise<Finding[] | null> {
  const { note, posting } = prepared;
  const { actor, requestId, peer } = options.cause;
  const guard = { sql: POSTED, args: [posting.company, posting.id, posting.reference] };
  const told = { access_key: note.accessKey, direction: note.direction };
  const statements: Statement[] = [
    take(prepared),
    ...correctEffects(prepared),
    ...post(posting),
    ...(leaves(posting) ? [noteBelowZero(posting)] : []),
    happened(posting.company, posting.at, [{ type: "nfe.processed", payload: told }], guard),
    touched(posting.company, ["nfes", "stock", "products", "dashboard"], guard),
    audit(
      {
        company: posting.company,
        at: posting.at,
        userId: actor.userId,
        action: "nfe.process",
        entity: "nfe",
        entityId: note.accessKey,
        detail: {
          posting: posting.id,
          entries: posting.entries.length,
          override: options.corrections.override,
          corrected: options.corrections.items.map((item) => item.n_item),
        },
        requestId,
        peer,
      },
      guard,
    ),
  ];
  const mine = (rows: readonly Row[][]) =>
    rows[0] === undefined || rows[0].length === 0 ? null : belowZero(rows.flat());
  return ports.writer.commit({ statements, mine }, options.signal).catch((error) => {
    throw saidOfStock(error, posting.entries[0]?.code ?? "");
  });
}

/** The statement that one of many wins: it gives the note its posting. */
function take(prepared: Prepared): Statement {
  const { note, posting, settings } = prepared;
  const guarded = leaves(posting) && !settings.allowNegative;
  return {
    sql: `update notes set status = 'PROCESSADA', posting = ?2, processed_at = ?4, processed_by = ?5, updated_at = ?4
      where company = ?1 and access_key = ?3 and status = 'PENDENTE' and verdict_version = ?6
        and exists (select 1 from companies where id = ?1 and settings_version = ?7)
        and ${factorsAsAssumed("?1", "?8", "?9")}
        ${guarded ? `and ${nothingBelowZero("?1", "?8", "?10", "?11")}` : ""}
      returning id`,
    args: [
      posting.company,
      posting.id,
      posting.reference,
      posting.at,
      posting.userId,
      note.verdictVersion,
      settings.version,
      posting.supplier,
      JSON.stringify(posting.lines),
      ...(guarded ? [JSON.stringify(posting.entries), posting.ownCodes ? 1 : 0] : []),
    ],
  };
}

/** What a person has said about an item's effect stays with the item. */
function correctEffects(prepared: Prepared): Statement[] {
  const changed = prepared.items
    .map((item) => ({
      n: item.position,
      effect: prepared.effects.get(item.position) ?? item.effect,
      was: item.effect,
    }))
    .filter((item) => item.effect !== item.was);
  if (changed.length === 0) return [];
  const { company, id, reference } = prepared.posting;
  return [
    {
      sql: `update note_items set effect = e.value ->> 'effect' from json_each(?5) e
        where company = ?1 and note = ?4 and position = e.value ->> 'n' and exists (${POSTED})`,
      args: [company, id, reference, prepared.note.id, JSON.stringify(changed)],
    },
  ];
}

const NEGATIVE = {
  code: "negative_balance",
  severity: "warning",
  path: null,
  message: "A saída deixou produtos com saldo negativo",
} as const satisfies Finding;

/** Writes the finding `negative_balance` on the note whose posting has left a balance below zero. */
function noteBelowZero(posting: Posting): Statement {
  return {
    sql: `update notes set findings = json_insert(findings, '$[#]', json(?4))
      where company = ?1 and access_key = ?3 and posting = ?2 and exists (
        select 1 from movements m join balances b on b.company = m.company and b.product = m.product
        where m.company = ?1 and m.origin = 'NFE' and m.origin_ref > ?3 || '#' and m.origin_ref < ?3 || '$'
          and m.posting = ?2 and m.quantity_e4 < 0 and b.quantity_e4 < 0)`,
    args: [posting.company, posting.id, posting.reference, JSON.stringify(NEGATIVE)],
  };
}

/** The balances that the batch gave back tell whether something fell below zero. */
function belowZero(rows: readonly Row[]): Finding[] {
  return rows.some((row) => typeof row.quantity_e4 === "number" && row.quantity_e4 < 0)
    ? [NEGATIVE]
    : [];
}

/** A refused batch is tried again, unless it was the balance that refused it: then nobody else will mend it. */
async function explainRefusal(
  ports: Ports,
  prepared: Prepared,
  signal?: AbortSignal,
): Promise<void> {
  const { posting, settings } = prepared;
  if (settings.allowNegative || !leaves(posting)) return;
  const rows = await ports.reader.rows(
    {
      sql: `select 1 where ${nothingBelowZero("?1", "?2", "?3", "?4")}`,
      args: [
        posting.company,
        posting.supplier,
        JSON.stringify(posting.entries),
        posting.ownCodes ? 1 : 0,
      ],
    },
    signal,
  );
  if (rows.length > 0) return;
  throw new Failed({
    code: "stock.insufficient",
    product_code: posting.entries.find((entry) => entry.quantity_e4 < 0)?.code ?? "",
    requested: "",
  });
}
