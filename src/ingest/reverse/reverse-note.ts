import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import type { Tag } from "../../journal/versions.ts";
import { today } from "../../lib/days.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { appendMovedActivating, postedByDocument } from "../../stock/posting/append-moved.ts";
import { failIfCountedSince, notCountedSince } from "../../stock/posting/counted-over.ts";
import { EVENT_ORIGIN, standingExits } from "../../stock/posting/event-exits.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import {
  insufficientAfter,
  movementsOfPosting,
  nothingBelowZeroAfter,
  type Posted,
  type Reversal,
  reverse,
} from "../../stock/posting/reversal.ts";
import { appendLowStockOfNote } from "../approve/low-stock.ts";
import {
  negativeBalanceFindings,
  saveNegativeBalance,
} from "../approve/negative-balance-finding.ts";
import { rejudgeAwaiting } from "../judge/rejudge-waiting.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";
import { findNote, type StoredNote } from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { endLateCosts } from "./end-late-costs.ts";
import { failIfReturned, NO_STANDING_RETURNS } from "./standing-returns.ts";

export interface NoteReversal {
  readonly accessKey: string;
  /** How many movements were taken back. */
  readonly movements: number;
  readonly alreadyReversed: boolean;
  readonly findings: readonly Finding[];
}

export interface ReversalOptions extends FlowOptions {
  /** Why, in the user's words. */
  readonly reason: string;
}

/**
 * Takes a PROCESSADA note out of the stock: exact opposite movements, balances, values, last costs, status ESTORNADA, feed and
 * audit in one batch. It may be approved again. Twice, or twice at once: the stock moves once, and the later answers
 * `alreadyReversed`.
 * Fails with `nfe.has_returns`, `count.closed_over` (a product was counted since), `nfe.not_found`, `nfe.final` (never in stock, or
 * cancelled), `stock.insufficient` (the company forbids a balance below zero; names the later exits that need the goods), `stock.out_of_range`.
 */
export async function reverseNote(
  ports: Ports,
  accessKey: string,
  options: ReversalOptions,
): Promise<NoteReversal> {
  return optimistic(async () => {
    const prepared = await prepareReversal(ports, accessKey, options);
    if (prepared === null) return { accessKey, movements: 0, alreadyReversed: true, findings: [] };
    const { note, reversal } = prepared;
    const findings = await commitReversal(ports, note, reversal, options);
    if (findings !== null) {
      await rejudgeAwaiting(ports, reversal.company, accessKey, options.signal);
      return { accessKey, movements: reversalSize(reversal), alreadyReversed: false, findings };
    }
    await failIfReturned(ports, reversal, options.signal);
    await failIfCountedSince(ports, reversal, options.signal);
    await failIfInsufficient(ports, reversal, options.signal);
    return CHANGED;
  });
}

/** A note in stock with what its reversal would do; null: it was taken back already. Writes nothing. Fails as `reverseNote`. */
export async function prepareReversal(
  ports: Ports,
  accessKey: string,
  { cause, reason, signal }: ReversalOptions,
): Promise<{ note: StoredNote; reversal: Reversal } | null> {
  const { company } = cause.actor;
  const note = await findNote(ports, company, accessKey, signal);
  if (note === null)
    throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  if (note.status === "ESTORNADA") return null;
  if (note.status !== "PROCESSADA" || note.posting === null)
    throw new Failed<IngestFailure>({
      code: "nfe.final",
      access_key: accessKey,
      status: note.status,
    });
  return { note, reversal: await reversalOf(ports, note, note.posting, { cause, reason, signal }) };
}

/** What takes the posting of a note back. Writes nothing. */
export async function reversalOf(
  ports: Pick<Ports, "reader" | "clock" | "config" | "read">,
  { accessKey }: Pick<StoredNote, "accessKey">,
  posting: string,
  { cause, reason, signal }: ReversalOptions,
): Promise<Reversal> {
  const { company, userId } = cause.actor;
  const found = { company, of: posting, origin: "NFE", accessKey };
  const movements = await movementsOfPosting(ports, found, signal);
  const eventExits = await standingExits(ports, company, accessKey, signal);
  const at = ports.clock.now();
  const day = today(at, (await settingsOf(ports, company)).timeZone);
  const id = newId();
  return { ...found, id, movements, eventExits, reason, userId, at, day, guard: POSTING_GUARD };
}

/** Gives the findings, or null where the batch's guards have refused it; then nothing is written. */
async function commitReversal(
  ports: Ports,
  note: StoredNote,
  reversal: Reversal,
  { cause, signal }: ReversalOptions,
): Promise<Finding[] | null> {
  const { company, id, movements } = reversal;
  const reference = note.accessKey;
  const statements: Statement[] = [
    assignReversal(reversal, note),
    ...reversalStatements(reversal, note, cause, [saveNegativeBalance({ company, id, reference })]),
  ];
  const read = (rows: readonly Row[][]) =>
    rows[0] === undefined || rows[0].length === 0 ? null : negativeBalanceFindings(rows.flat());
  return ports.writer.commit({ statements, read }, signal).catch((error) => {
    throw stockFailureFrom(error, movements[0]?.product ?? "");
  });
}

/**
 * What follows the statement that gives a note the posting of a reversal: the movements, balances and sums, `negative` where
 * goods leave, feed, cache and audit. Where that statement has lost, they change nothing.
 */
export function reversalStatements(
  reversal: Reversal,
  { accessKey, direction }: Pick<StoredNote, "accessKey" | "direction">,
  cause: ReversalOptions["cause"],
  negative: readonly Statement[],
): Statement[] {
  const { company, id, of, at, reason, movements } = reversal;
  const guard = { sql: POSTING_GUARD, args: [company, id, accessKey] };
  const posting = { company, id, reference: accessKey, origin: "NFE", at };
  return [
    ...reverse(reversal),
    ...endLateCosts(reversal, accessKey),
    ...(takesGoodsOut(movements) ? [...negative, appendLowStockOfNote(posting)] : []),
    ...appendMovedActivating(
      at,
      { type: "nfe.reversed", payload: { access_key: accessKey, direction } },
      postedByDocument(company, id, accessKey, ["NFE", EVENT_ORIGIN]),
      guard,
    ),
    bumpTags(company, ["nfes", ...tagsOf(movements)], guard),
    audit(
      cause,
      at,
      {
        action: "nfe.reverse",
        entity: "nfe",
        id: accessKey,
        detail: { reason, posting: id, undoes: of, movements: reversalSize(reversal) },
      },
      guard,
    ),
  ];
}

const EVENTS_OF_KEY =
  "select 1 from nfe_events where company = ?1 and access_key = ?3 and withdrawn_at is null";

/**
 * The statement that one of many wins: it gives the note the posting that takes back the one that it has. Every write of an
 * event raises `verdict_version`: the exits of events are those that were read. In stock the events of the note held nothing;
 * with settings of version 0, which none have, it is judged with them before it is approved again.
 */
const assignReversal = (
  reversal: Reversal,
  { accessKey, verdictVersion }: Pick<StoredNote, "accessKey" | "verdictVersion">,
): Statement => ({
  sql: `update notes set status = 'ESTORNADA', posting = ?2, reason = ?6, updated_at = ?7,
      settings_version = iif(exists (${EVENTS_OF_KEY}), 0, settings_version)
    where company = ?1 and access_key = ?3 and status = 'PROCESSADA' and posting = ?5
      and verdict_version = ?8 and (exists (select 1 from companies where id = ?1 and allow_negative = 1) or ${nothingBelowZeroAfter(reversal)})
      and ${notCountedSince(reversal)} and ${NO_STANDING_RETURNS}
    returning id`,
  args: [
    reversal.company,
    reversal.id,
    accessKey,
    reversal.origin,
    reversal.of,
    reversal.reason,
    reversal.at,
    verdictVersion,
  ],
});

/** How many movements a reversal takes back. */
const reversalSize = ({ movements, eventExits }: Reversal): number =>
  movements.length + eventExits.length;

/** Whether taking these back takes goods out. */
export const takesGoodsOut = (movements: readonly Posted[]): boolean =>
  movements.some(({ quantity_e4 }) => quantity_e4 > 0);

/** The cached reads that show what taking these back changes. */
export const tagsOf = (movements: readonly Posted[]): Tag[] =>
  movements.length === 0 ? [] : ["stock"];

/** Fails with `stock.insufficient` where a reversal would leave a balance that the company does not allow. */
export async function failIfInsufficient(
  ports: Ports,
  reversal: Reversal,
  signal?: AbortSignal,
): Promise<void> {
  const { allowNegative } = await settingsOf(ports, reversal.company);
  const missing = allowNegative ? null : await insufficientAfter(ports, reversal, signal);
  if (missing !== null) throw new Failed(missing);
}
