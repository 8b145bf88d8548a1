import { trusted } from "../lib/cast.ts";
import type { Ports, Statement, Value } from "../ports.ts";
import type { Cell, Table } from "./columns.ts";

/**
 * How many rows of a table one statement visits, and so the most that a page holds. Measured (bench/export.ts): 250 costs
 * speed, 1,000 memory.
 */
export const PAGE_ROWS = 500;

/** A count of more would hold the event loop. */
export const COUNTED_ROWS = 1_000_000;

/** Where a row stands in the order of a table: the two values of its key. */
export type Place = readonly [Value, Value];
/** Rows: a cell for each field of the table, and then the row's key. */
export type Page = readonly (readonly Cell[])[];

/** A table in an order that an index has. */
export interface Walk {
  /** What the rows are, for the metrics. */
  readonly type: "movements" | "stock";
  /** Just before the first row. */
  readonly start: Place;
  /** `total`: how many rows the slices visit in all, counted in an index and only up to COUNTED_ROWS. */
  readonly count: Statement;
  /** Selects the next PAGE_ROWS rows after a place (sliceSql). */
  slice(after: Place): Statement;
}

/**
 * The pages of a walk, each read when it is asked for, with no transaction held between them: a slow reader of a large
 * export keeps nobody waiting. A statement visits PAGE_ROWS rows, whether they match or not, so a page may be empty. Before
 * each, the event loop is given back and the signal is looked at. Fails with PlatformFailure `overloaded`.
 */
export async function* pages(
  ports: Pick<Ports, "reader" | "breathe" | "meter">,
  walk: Walk,
  signal?: AbortSignal,
): AsyncGenerator<Page, void, void> {
  let place = walk.start;
  for (;;) {
    await ports.breathe();
    signal?.throwIfAborted();
    const [row] = await ports.reader.rows(walk.slice(place), signal);
    // What json_array makes of cells, and then of the two values of a key (sliceSql).
    const slice = trusted<Page>(JSON.parse(String(row?.slice)));
    const page = slice.filter((visited) => visited.length > 2);
    ports.meter.count("export_rows_total", { type: walk.type }, page.length);
    yield page;
    const last = slice.at(-1);
    if (last === undefined || slice.length < PAGE_ROWS) return;
    place = trusted<Place>(last.slice(-2));
  }
}

/** SQL that counts what `source` (from and where) visits; `?n` of its parameters are the caller's. */
export const countSql = (source: string): string =>
  `select count(*) as total from (select 1 ${source} limit ${COUNTED_ROWS})`;

/**
 * SQL of one slice as one JSON text (binding rows to JavaScript costs more than reading them: 1.7 times as fast, see
 * bench/export.ts). A row that matches gives its cells and its key, another its key alone.
 * `source` is the rest of the statement: from, where, order by.
 */
export function sliceSql(
  key: readonly [string, string],
  { fields }: Table,
  matches: string,
  source: string,
): string {
  const cells = [...Object.values(fields), ...key].join(", ");
  return `select '[' || coalesce(group_concat(line), '') || ']' as slice from (
    select case when ${matches} then json_array(${cells}) else json_array(${key.join(", ")}) end as line
    ${source} limit ${PAGE_ROWS})`;
}
