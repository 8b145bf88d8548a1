import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";
import type { Statement, Value } from "../ports/sql.ts";
import type { Cell, Table } from "./sheet.ts";

/**
 * How many rows of a table one statement visits, and so the most that a page holds. Measured (bench/export.ts): fewer cost
 * speed; 500 and more cost memory, and the growth of an export is bounded to 64 MB.
 */
export const PAGE_ROWS = 250;

/** How many rows a count passes by at once. Measured: 2 ms; of a million counted in one statement, 62 ms. */
const COUNT_STEP_ROWS = 50_000;

/** Where a row stands in the order of a table: the two values of its key. */
export type Cursor = readonly [Value, Value];
/** Rows: a cell for each field of the table, and then the row's key. */
export type Page = readonly (readonly Cell[])[];

/** A table in an order that an index has. */
export interface KeysetQuery {
  /** What the rows are, for the metrics. */
  readonly type: "movements" | "stock";
  /** Just before the first row. */
  readonly start: Cursor;
  /** Finds the row LEAP_ROWS after a place, in the index alone, and counts what is left where there is none (leaps). */
  countStep(after: Cursor): CountStep;
  /** Selects the next rows after a place, at most so many (sliceSql). */
  page(after: Cursor, rows: number): Statement;
}

/**
 * The pages of a walk, each read when it is asked for, with no transaction held between them: a slow reader of a large
 * export keeps nobody waiting. A statement visits `rows` rows, whether they match or not, so a page may be empty. Before
 * each, the event loop is given back and the signal is looked at. Fails with PlatformFailure `overloaded`.
 */
export async function* pages(
  ports: Pick<Ports, "reader" | "yieldToEventLoop" | "meter">,
  walk: KeysetQuery,
  signal?: AbortSignal,
  rows = PAGE_ROWS,
): AsyncGenerator<Page, void, void> {
  let place = walk.start;
  for (;;) {
    await ports.yieldToEventLoop();
    signal?.throwIfAborted();
    const [row] = await ports.reader.rows(walk.page(place, rows), signal);
    // What json_array makes of cells, and then of the two values of a key (sliceSql).
    const slice = trusted<Page>(JSON.parse(String(row?.slice)));
    const page = slice.filter((visited) => visited.length > 2);
    ports.meter.count("export_rows_total", { type: walk.type }, page.length);
    yield page;
    const last = slice.at(-1);
    if (last === undefined || slice.length < rows) return;
    place = trusted<Cursor>(last.slice(-2));
  }
}

/** How many rows a walk visits in all, matching or not; counted in steps, with the event loop given back between them. */
export async function countRows(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  walk: KeysetQuery,
  signal?: AbortSignal,
): Promise<number> {
  let leap = walk.countStep(walk.start);
  for (let total = 0; ; total += COUNT_STEP_ROWS) {
    await ports.yieldToEventLoop();
    const [row] = await ports.reader.rows(leap.over, signal);
    if (row === undefined) {
      const [rest] = await ports.reader.rows(leap.rest, signal);
      return total + Number(rest?.total);
    }
    leap = walk.countStep([row.first ?? null, row.second ?? null]);
  }
}

/** One step of a count: over LEAP_ROWS rows, and the rest where there are fewer. */
export interface CountStep {
  readonly over: Statement;
  readonly rest: Statement;
}

/** The statements of a step; `source` is the rest of them: from, where, order by. */
export const countStepOf = (
  key: readonly [string, string],
  source: string,
  args: readonly Value[],
): CountStep => ({
  over: {
    sql: `select ${key[0]} as first, ${key[1]} as second ${source} limit 1 offset ${COUNT_STEP_ROWS - 1}`,
    args,
  },
  rest: {
    sql: `select count(*) as total from (select 1 ${source} limit ${COUNT_STEP_ROWS})`,
    args,
  },
});

/**
 * SQL of one slice as one JSON text (binding rows to JavaScript costs more than reading them: 1.7 times as fast, see
 * bench/export.ts). A row that matches gives its cells and its key, another its key alone.
 * `source` is the rest of the statement: from, where, order by; `limit` the parameter that says how many.
 */
export function pageSql(
  key: readonly [string, string],
  { fields }: Table,
  matches: string,
  source: string,
  limit: string,
): string {
  const cells = [...Object.values(fields), ...key].join(", ");
  return `select '[' || coalesce(group_concat(line), '') || ']' as slice from (
    select case when ${matches} then json_array(${cells}) else json_array(${key.join(", ")}) end as line
    ${source} limit ${limit})`;
}
