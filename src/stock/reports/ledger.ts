import { parameters } from "../../lib/parameters.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement, Value } from "../../ports/sql.ts";
import {
  FROM_TIME,
  fromDocument,
  IN_TIME,
  NEWEST_FIRST,
  OF_NOTE,
  refsOf,
} from "../found-movements.ts";
import { EVENT_ORIGIN } from "../posting/event-exits.ts";
import { countBySpans } from "../spans.ts";
import { movements } from "../tables.ts";

/** The filter of a list of movements; instants are ms UTC, half-open. */
export interface MovementFilter {
  readonly product?: string | undefined;
  readonly type?: "ENTRADA" | "SAIDA" | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly origin?: string | undefined;
  readonly reference?: string | undefined;
  /** The last id that counts: the ledger is append-only, so the movements up to here stay the same. */
  readonly upTo?: number | undefined;
}

const MOVEMENT = columnsOf(movements, "m", [
  "id",
  "product",
  "quantity_e4",
  "cost_e2",
  "lot",
  "expiresOn",
  "origin",
  "reference",
  "notes",
  "userId",
  "createdAt",
]);

/** A movement of the ledger, with the names of its product and its user. Quantity (1/10⁴) and cost (1/10²) are signed. */
export type Movement = Readonly<ReturnType<typeof MOVEMENT.read>> & {
  /** By the sign of the quantity; what has none (VALOR, a late cost) is in no list. */
  readonly type: "ENTRADA" | "SAIDA";
  readonly productName: string;
  /** The name only: e-mail addresses and roles are not shown here (S16). */
  readonly userName: string | null;
};

/** Columns and joins that `toMovement` reads. */
export const MOVEMENT_COLUMNS = `${MOVEMENT.sql}, p.name as product_name, u.name as user_name`;
export const MOVEMENT_JOINS = `join products p on p.company = m.company and p.code = m.product
  left join users u on u.id = m.user_id`;

/** Literals, not parameters: SQLite uses a partial index only where a literal shows that it fits. */
const OF_TYPE = { ENTRADA: "m.type = 'ENTRADA'", SAIDA: "m.type = 'SAIDA'" } as const;

/**
 * The condition of a filter over `movements m`, and its parameters from ?1 (the company) on. The text has only the conditions
 * that are given, so that each combination uses its index; there are few combinations, and each text is constant. `inTime`: the
 * movements are read in the order of time (FROM_TIME).
 */
export function movementFilter(
  company: number,
  filter: MovementFilter,
  inTime = false,
): { where: string; args: Value[] } {
  const { args, add } = parameters<Value>([company]);
  // What has no goods is a late cost: no movement of S.G.E.'s two types, and not in the indexes of the lists.
  const conditions = inTime
    ? ["first.company = ?1", IN_TIME]
    : ["m.company = ?1", "m.quantity_e4 <> 0"];
  const at = `${inTime ? "first" : "m"}.created_at`;
  const where = (condition: (p: string) => string, value: Value | undefined) => {
    if (value !== undefined) conditions.push(condition(add(value)));
  };
  where((p) => `m.product = ${p}`, filter.product);
  if (filter.type !== undefined) conditions.push(OF_TYPE[filter.type]);
  where((p) => `${at} >= ${p}`, filter.from);
  where((p) => `${at} < ${p}`, filter.until);
  if (filter.origin === "NFE") conditions.push("m.origin = 'NFE'");
  else where((p) => `m.origin <> 'NFE' and m.origin = ${p}`, filter.origin);
  where((p) => `m.id <= ${p}`, filter.upTo);
  // A note's movements are found by the unique index, those of other origins by the partial one.
  where(
    (p) => `m.id in (
      select m.id ${fromDocument({ origin: OF_NOTE, refs: refsOf(p) })}
      union all select id from movements where company = ?1 and origin <> 'NFE' and reference = ${p})`,
    filter.reference,
  );
  return { where: conditions.join(" and "), args };
}

/** The movements `m` by the index in the list's order that has the fewest other rows; a reference finds its rows by their ids. */
function sourceFor(filter: MovementFilter): string {
  if (filter.reference !== undefined) return "movements m not indexed";
  if (filter.product !== undefined) return "movements m indexed by movements_by_product";
  if (filter.origin !== undefined && filter.origin !== "NFE")
    return "movements m indexed by movements_by_origin";
  return filter.type === "SAIDA" ? "movements m indexed by movements_leaving" : FROM_TIME;
}

/** A page of movements, newest first, and how many match in all. */
export async function listMovements(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: MovementFilter,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<{ movements: Movement[]; total: number }> {
  const source = sourceFor(filter);
  const { where, args } = movementFilter(company, filter, source === FROM_TIME);
  const found = `${source} where ${where}`;
  // A product's are listed in the order of writing, which is its index's.
  const order = `${filter.product === undefined ? "m.created_at desc, " : ""}m.id desc`;
  const orderFound = source === FROM_TIME ? NEWEST_FIRST : order;
  const total = await countMovements(ports, company, filter, { sql: found, args }, signal);
  if (total === 0) return { movements: [], total };
  // The page's ids first, from the index alone; then only its rows are joined.
  const rows = await ports.reader.rows(
    {
      sql: `select ${MOVEMENT_COLUMNS} from (
          select m.id from ${found} order by ${orderFound}
          limit ?${args.length + 1} offset ?${args.length + 2}
        ) as page join movements m on m.id = page.id ${MOVEMENT_JOINS}
        order by ${order}`,
      args: [...args, page.limit, page.offset],
    },
    signal,
  );
  return { movements: rows.map(toMovement), total };
}

/**
 * The movements that follow one in the order of their list, at most `limit`; `after`: when it was written (ms UTC) and its id, null
 * for the first.
 */
export async function movementsAfter(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: MovementFilter,
  { limit, after }: { limit: number; after: readonly [createdAt: number, id: number] | null },
  signal?: AbortSignal,
): Promise<Movement[]> {
  const ofProduct = filter.product !== undefined;
  const ends = ofProduct || after === null ? filter : { ...filter, until: undefined };
  const source = sourceFor(filter);
  const inTime = source === FROM_TIME;
  const { where, args } = movementFilter(company, ends, inTime);
  const time = `${inTime ? "first" : "m"}.created_at`;
  const known = parameters<Value>(args);
  const conditions = [where];
  if (after !== null) {
    const [at, id] = after;
    // The only upper bound of the index: of two, SQLite may seek by the wrong one.
    const last = Math.min(at, (filter.until ?? Number.MAX_SAFE_INTEGER) - 1);
    conditions.push(
      ofProduct
        ? `m.id < ${known.add(id)}`
        : `${time} <= ${known.add(last)} and (${time} < ${known.add(at)} or m.id < ${known.add(id)})`,
    );
  }
  const order = `${ofProduct ? "" : "m.created_at desc, "}m.id desc`;
  const rows = await ports.reader.rows(
    {
      sql: `select ${MOVEMENT_COLUMNS} from (
          select m.id from ${source} where ${conditions.join(" and ")}
          order by ${inTime ? NEWEST_FIRST : order} limit ${known.add(limit)}
        ) as page join movements m on m.id = page.id ${MOVEMENT_JOINS}
        order by ${order}`,
      args: known.args,
    },
    signal,
  );
  return rows.map(toMovement);
}

/** From the sums where they tell it; else counted in an index that has little besides. */
async function countMovements(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: MovementFilter,
  found: Statement,
  signal?: AbortSignal,
): Promise<number> {
  const { product, reference, origin, type, from, until } = filter;
  const ofNotes = origin === "NFE";
  if (product === undefined && reference === undefined && (origin === undefined || ofNotes)) {
    const total = await countBySpans(ports, company, { type, ofNotes, from, until }, signal);
    if (total !== null) return total;
  }
  const [count] = await ports.reader.rows(
    { sql: `select count(*) as total from ${found.sql}`, args: found.args },
    signal,
  );
  return Number(count?.total ?? 0);
}

/** One movement of goods of the company, or null. */
export async function findMovement(
  ports: Pick<Ports, "reader">,
  company: number,
  id: number,
  signal?: AbortSignal,
): Promise<Movement | null> {
  return (await findMovements(ports, company, [id], signal))[0] ?? null;
}

/** Those of these movements of goods that are the company's, in the order of the ids. */
export async function findMovements(
  ports: Pick<Ports, "reader">,
  company: number,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<Movement[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${MOVEMENT_COLUMNS} from json_each(?2) as wanted cross join movements m on m.id = wanted.value ${MOVEMENT_JOINS}
        where m.company = ?1 and m.quantity_e4 <> 0 order by wanted.key`,
      args: [company, JSON.stringify(ids)],
    },
    signal,
  );
  return rows.map(toMovement);
}

/**
 * The movements of goods of a note and of its events, in the order of their ids. `part` is the note's item, without the lot; `event` the
 * id of the event that took the goods out, null for the note's own.
 */
export async function movementsOfNote(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<(Movement & { part: string; event: string | null; posting: string })[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${MOVEMENT_COLUMNS}, m.origin_ref, m.posting from movements m ${MOVEMENT_JOINS}
        where m.id in (select m.id ${fromDocument({ origin: `in ('NFE', '${EVENT_ORIGIN}')`, refs: refsOf("?2") })})
          and m.quantity_e4 <> 0 order by m.id`,
      args: [company, accessKey],
    },
    signal,
  );
  return rows.map((row) => ({
    ...toMovement(row),
    posting: String(row.posting),
    part: /#([^/@]+)/.exec(String(row.origin_ref))?.[1] ?? "",
    event:
      row.origin === EVENT_ORIGIN
        ? (/#[^/@]+\/([^/@]+)/.exec(String(row.origin_ref))?.[1] ?? null)
        : null,
  }));
}

/** Maps a row of MOVEMENT_COLUMNS. */
export const toMovement = (row: Row): Movement => ({
  ...MOVEMENT.read(row),
  type: Number(row.quantity_e4) > 0 ? "ENTRADA" : "SAIDA",
  productName: String(row.product_name),
  userName: row.user_name == null ? null : String(row.user_name),
});
