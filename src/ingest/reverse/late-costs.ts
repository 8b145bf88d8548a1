import type { UserCause } from "../../accounts/actor.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { appendMoved, postedByDocument } from "../../stock/posting/append-moved.ts";
import {
  type CostedEntry,
  entriesOf,
  type LateCost,
  type PostedShare,
  planLateCost,
  postLateCost,
  toPostedShare,
} from "../../stock/posting/late-cost.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { reverse } from "../../stock/posting/reversal.ts";
import { shareByCost } from "../approve/share-by-cost.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { findNote, type StoredNote } from "../note/stored-note.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { type ReversalOptions, reversalOf } from "./reverse-note.ts";

/** Most costs that stand on one note. */
export const MOST_LATE_COSTS = 100;

export interface LateCostRequest {
  /** 1/10², not 0; below 0: a rebate. */
  readonly amount_e2: number;
  readonly reason: string;
  /** What proves it: the access key of a CT-e, or another text. The same again adds nothing. */
  readonly document: string | null;
  /** When it happened, ms UTC; null: now. */
  readonly happenedAt: number | null;
  /** nItem of the items that it is for; empty: all. */
  readonly items: readonly number[];
}

export interface AddedCost {
  readonly id: string;
  readonly alreadyAdded: boolean;
  readonly shares: readonly (PostedShare & { readonly nItem: number })[];
}

interface Prepared {
  readonly note: StoredNote;
  readonly entries: readonly CostedEntry[];
  readonly cost: LateCost;
}

/** Selects a row where a cost was claimed. ?1 company, ?2 posting, ?3 access key. */
const CLAIMED =
  "select 1 from late_costs where company = ?1 and access_key = ?3 and posting = ?2 and undone_by is null";

/** nItem of the part of a note that an entry stands for. */
const nItemOf = ({ part }: CostedEntry): number => Number(part.split(".")[0]);

/**
 * Adds a cost that came after a note in stock to its goods, by movements of value, with feed and audit in one batch: shared by
 * what the items cost; the share of what has left already passes on to its cost (NBC TG 16, items 10, 11 and 34).
 * A document that the note has already, with the same amount, adds nothing: `alreadyAdded`.
 * Fails with `nfe.not_found`, `nfe.final` (not in stock), `nfe.no_entries`, `late_cost.date`, `late_cost.differs`,
 * `late_cost.too_many`, `stock.out_of_range`.
 */
export async function addLateCost(
  ports: Ports,
  accessKey: string,
  request: LateCostRequest,
  options: FlowOptions,
): Promise<AddedCost> {
  return optimistic(async () => {
    const standing = await standingCost(ports, accessKey, request, options);
    if (standing !== null) return { id: standing, alreadyAdded: true, shares: [] };
    const prepared = await prepare(ports, accessKey, request, options);
    const shares = await commitCost(ports, prepared, request, options);
    return shares === null
      ? CHANGED
      : { id: prepared.cost.id, alreadyAdded: false, shares: withItems(shares, prepared.entries) };
  });
}

/** What a late cost would do now; writes nothing. Fails as `addLateCost`. */
export async function planCost(
  ports: Ports,
  accessKey: string,
  request: LateCostRequest,
  options: FlowOptions,
): Promise<AddedCost> {
  const standing = await standingCost(ports, accessKey, request, options);
  if (standing !== null) return { id: standing, alreadyAdded: true, shares: [] };
  const { cost, entries } = await prepare(ports, accessKey, request, options);
  const shares = await planLateCost(ports, cost, options.signal);
  return { id: cost.id, alreadyAdded: false, shares: withItems(shares, entries) };
}

function withItems(shares: readonly PostedShare[], entries: readonly CostedEntry[]) {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return shares.map((share) => {
    const entry = byId.get(share.about);
    return { ...share, nItem: entry === undefined ? 0 : nItemOf(entry) };
  });
}

/** The id of the cost that this document has brought to the note; null: of none. Fails with `late_cost.differs`, `late_cost.too_many`. */
async function standingCost(
  ports: Pick<Ports, "reader">,
  accessKey: string,
  { document, amount_e2 }: LateCostRequest,
  { cause, signal }: FlowOptions,
): Promise<string | null> {
  const rows = await ports.reader.rows(
    {
      sql: `select posting, document, amount_e2 from late_costs
        where company = ?1 and access_key = ?2 and undone_by is null limit ${MOST_LATE_COSTS}`,
      args: [cause.actor.company, accessKey],
    },
    signal,
  );
  const same = document === null ? undefined : rows.find((row) => row.document === document);
  if (same === undefined) {
    if (rows.length < MOST_LATE_COSTS) return null;
    throw new Failed<IngestFailure>({
      code: "late_cost.too_many",
      access_key: accessKey,
      limit: MOST_LATE_COSTS,
    });
  }
  const cost_id = String(same.posting);
  if (Number(same.amount_e2) === amount_e2) return cost_id;
  const amount = fromScaled(Number(same.amount_e2), 2, 2);
  throw new Failed<IngestFailure>({
    code: "late_cost.differs",
    access_key: accessKey,
    cost_id,
    amount,
  });
}

async function prepare(
  ports: Ports,
  accessKey: string,
  request: LateCostRequest,
  { cause, signal }: FlowOptions,
): Promise<Prepared> {
  const { company, userId } = cause.actor;
  const note = await findNote(ports, company, accessKey, signal);
  if (note === null)
    throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  const { status, posting } = note;
  if (status !== "PROCESSADA" || posting === null)
    throw new Failed<IngestFailure>({ code: "nfe.final", access_key: accessKey, status });
  const all = await entriesOf(ports, company, [{ key: accessKey, posting }], signal);
  const { items } = request;
  const meant = items.length === 0 ? all : all.filter((entry) => items.includes(nItemOf(entry)));
  const known = new Set(meant.map(nItemOf));
  if (meant.length === 0 || items.some((nItem) => !known.has(nItem)))
    throw new Failed<IngestFailure>({ code: "nfe.no_entries", access_key: accessKey });
  const at = ports.clock.now();
  const happenedAt = request.happenedAt ?? at;
  const earliest = Math.max(...meant.map((entry) => entry.happenedAt));
  if (request.happenedAt !== null && (happenedAt < earliest || happenedAt > at))
    throw new Failed<IngestFailure>({
      code: "late_cost.date",
      earliest: new Date(earliest).toISOString(),
      latest: new Date(at).toISOString(),
    });
  const cost = {
    company,
    id: newId(),
    reference: accessKey,
    shares: shareByCost(request.amount_e2, meant),
    reason: request.reason,
    userId,
    at,
    happenedAt,
    guard: CLAIMED,
  };
  return { note, entries: meant, cost };
}

/** Null where the guards have refused the batch: the note, or its costs, have changed. */
async function commitCost(
  ports: Ports,
  { note, entries, cost }: Prepared,
  request: LateCostRequest,
  { cause, signal }: FlowOptions,
): Promise<PostedShare[] | null> {
  const { company, id, reference, at } = cost;
  const guard = { sql: CLAIMED, args: [company, id, reference] };
  const statements: Statement[] = [
    {
      sql: `insert into late_costs (company, access_key, posting, amount_e2, reason, document, happened_at, written_at, user_id)
        select ?1, ?3, ?2, ?4, ?5, ?6, ?7, ?8, ?9
        where exists (select 1 from notes where company = ?1 and access_key = ?3 and status = 'PROCESSADA' and posting = ?10)
          and (select count(*) from late_costs where company = ?1 and access_key = ?3 and undone_by is null) < ${MOST_LATE_COSTS}
        on conflict do nothing returning posting`,
      args: [
        company,
        id,
        reference,
        request.amount_e2,
        request.reason,
        request.document,
        cost.happenedAt,
        at,
        cost.userId,
        note.posting,
      ],
    },
    ...postLateCost(cost),
    ...journalOf("nfe.cost_added", cause, at, reference, { id, posting: id }, guard, {
      amount_e2: request.amount_e2,
      movements: cost.shares.length,
    }),
  ];
  const read = ([claimed = [], shares = []]: readonly Row[][]) =>
    claimed.length === 0 ? null : shares.map(toPostedShare);
  return ports.writer.commit({ statements, read }, signal).catch((error) => {
    throw stockFailureFrom(error, entries[0]?.product ?? "");
  });
}

function journalOf(
  type: "nfe.cost_added" | "nfe.cost_reversed",
  cause: UserCause,
  at: number,
  accessKey: string,
  { id, posting }: { readonly id: string; readonly posting: string },
  guard: Guard,
  detail: Readonly<Record<string, string | number>>,
): Statement[] {
  const { company } = cause.actor;
  return [
    appendMoved(
      at,
      { type, payload: { access_key: accessKey, cost_id: id } },
      postedByDocument(company, posting, accessKey, ["NFE"]),
      guard,
    ),
    bumpTags(company, ["nfes", "stock"], guard),
    audit(
      cause,
      at,
      { action: type, entity: "nfe", id: accessKey, detail: { ...detail, cost: id } },
      guard,
    ),
  ];
}

/**
 * Takes a late cost of a note back, by movements of value of the opposite sign, with feed and audit in one batch. Twice, or
 * twice at once: once, and the later answers `alreadyReversed`.
 * Fails with `late_cost.not_found`, `stock.out_of_range`.
 */
export async function reverseLateCost(
  ports: Ports,
  accessKey: string,
  id: string,
  options: ReversalOptions,
): Promise<{ movements: number; alreadyReversed: boolean }> {
  const { cause, reason, signal } = options;
  const { company } = cause.actor;
  return optimistic(async () => {
    const [row] = await ports.reader.rows(
      {
        sql: "select undone_by from late_costs where company = ?1 and access_key = ?2 and posting = ?3",
        args: [company, accessKey, id],
      },
      signal,
    );
    if (row === undefined)
      throw new Failed<IngestFailure>({
        code: "late_cost.not_found",
        access_key: accessKey,
        cost_id: id,
      });
    if (row.undone_by !== null) return { movements: 0, alreadyReversed: true };
    const found = await reversalOf(ports, { accessKey }, id, options);
    const reversal = { ...found, eventExits: [], guard: UNDONE };
    const guard = { sql: UNDONE, args: [company, reversal.id, accessKey] };
    const statements: Statement[] = [
      {
        sql: `update late_costs set undone_by = ?2
          where company = ?1 and access_key = ?3 and posting = ?4 and undone_by is null returning posting`,
        args: [company, reversal.id, accessKey, id],
      },
      ...reverse(reversal),
      ...journalOf(
        "nfe.cost_reversed",
        cause,
        reversal.at,
        accessKey,
        { id, posting: reversal.id },
        guard,
        { reason },
      ),
    ];
    const read = ([won = []]: readonly Row[][]) => won.length > 0;
    const won = await ports.writer.commit({ statements, read }, signal).catch((error) => {
      throw stockFailureFrom(error, reversal.movements[0]?.product ?? "");
    });
    return won ? { movements: reversal.movements.length, alreadyReversed: false } : CHANGED;
  });
}

/** Selects a row where a cost was taken back by ?2. ?1 company, ?3 access key. */
const UNDONE = "select 1 from late_costs where company = ?1 and access_key = ?3 and undone_by = ?2";
