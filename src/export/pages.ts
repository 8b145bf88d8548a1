import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Statement, Value } from "../ports/sql.ts";
import type { Cell, Table } from "./sheet.ts";

/**
 * How many rows of a table one statement visits, and so the most that a page holds. Measured (bench/export.ts): fewer cost
 * speed; 500 and more cost memory, and the growth of an export is bounded to 64 MB.
 */
export const PAGE_ROWS = 250;

/** How many rows one step of a count skips. Measured: 2 ms, of movements 6 to 9; a million counted in one statement take 62 ms. */
const COUNT_STEP_ROWS = 50_000;

/** Keyset cursor: the key values of a row, in the order of the index; as many for every row of a query. */
export type Cursor = readonly Value[];
/** Rows: a cell for each field of the table, and then the row's key. */
export type Page = readonly (readonly Cell[])[];

/** How the JSON of a page is read. */
export type SliceForm = "text" | "bytes";

/** A table read by keyset: in the order of an index, page after page. */
export interface KeysetQuery {
  /** The label of the metrics. */
  readonly type:
    | "movements"
    | "stock"
    | "nfes"
    | "nfe-items"
    | "archive"
    | "inventory"
    | "supplier-items"
    | "lots"
    | "audit";
  /** Just before the first row. */
  readonly start: Cursor;
  /** Finds the row COUNT_STEP_ROWS after a cursor, in the index alone; counts the rest where there is none (countStepOf). */
  countStep(after: Cursor): CountStep;
  /** Selects the next rows after a cursor, at most `rows` (pageSql), as a text or as its bytes. */
  page(after: Cursor, rows: number, form: SliceForm): Statement;
  /** What is shown of a row that was read, where that is not the row itself; null: the row is left out. */
  shown?(row: Page[number]): Page[number] | null;
}

/**
 * The pages of a query, with no transaction held between them: a slow reader of a large export delays no other request. A statement
 * visits `rows` rows, whether they match or not, so a page may be empty. The next page is read while this one is used, and no
 * further; it is given up where the caller ends. Before each page it yields to the event loop and checks the signal. Fails with
 * PlatformFailure `overloaded`.
 */
export async function* pages(
  ports: Pick<Ports, "reader" | "yieldToEventLoop" | "meter">,
  query: KeysetQuery,
  signal?: AbortSignal,
  rows = PAGE_ROWS,
): AsyncGenerator<Page, void, void> {
  const { shown } = query;
  const read = (after: Cursor) => query.page(after, rows, "text");
  for await (const slice of slices(ports, query, read, signal, rows)) {
    const found = matchesOf(String(slice), query.start.length);
    const page = shown === undefined ? found : found.map(shown).filter((row) => row !== null);
    ports.meter.count("export_rows_total", { type: query.type }, page.length);
    yield page;
  }
}

/** The same pages as the bytes of their JSON (`matchesOf`), read and given up as `pages` does; neither counted nor as they are shown. */
export async function* pageBytes(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  query: KeysetQuery,
  signal?: AbortSignal,
  rows = PAGE_ROWS,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const read = (after: Cursor) => query.page(after, rows, "bytes");
  for await (const slice of slices(ports, query, read, signal, rows))
    yield trusted<Uint8Array<ArrayBuffer>>(slice);
}

/** The rows of a page's JSON that match, each with its key, which has `width` values. */
export function matchesOf(json: string, width: number): Page {
  return trusted<Page>(JSON.parse(json)).filter((visited) => visited.length > width);
}

async function* slices(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  { start }: KeysetQuery,
  statement: (after: Cursor) => Statement,
  signal: AbortSignal | undefined,
  rows: number,
): AsyncGenerator<Value | undefined, void, void> {
  const ended = new AbortController();
  const end = () => ended.abort(signal?.reason);
  signal?.addEventListener("abort", end, { once: true });
  const read = (after: Cursor) => {
    const row = ports.reader.single(statement(after), ended.signal);
    // Its failure has no reader where the caller has ended.
    row.catch(() => undefined);
    return row;
  };
  try {
    signal?.throwIfAborted();
    for (let coming: Promise<Row | undefined> | null = read(start); coming !== null; ) {
      await ports.yieldToEventLoop();
      signal?.throwIfAborted();
      const row: Row | undefined = await coming;
      const isLast: boolean = Number(row?.visited) < rows;
      coming = isLast ? null : read(lastRowOf(row?.slice).slice(-start.length));
      yield row?.slice;
    }
  } finally {
    signal?.removeEventListener("abort", end);
    ended.abort();
  }
}

const LINE_FEED = 10;
const decoder = new TextDecoder();

/** The last row of a page's JSON, without the others being parsed: only rows are on lines of their own (pageSql). */
function lastRowOf(slice: Value | undefined): Page[number] {
  const line =
    slice instanceof Uint8Array
      ? decoder.decode(slice.subarray(slice.lastIndexOf(LINE_FEED) + 1))
      : String(slice).slice(String(slice).lastIndexOf("\n") + 1);
  return trusted<Page[number]>(JSON.parse(line.slice(0, -1)));
}

/** How many rows a query visits in all, matching or not; counted in steps, yielding to the event loop between them. */
export async function countRows(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  query: KeysetQuery,
  signal?: AbortSignal,
): Promise<number> {
  let step = query.countStep(query.start);
  for (let total = 0; ; total += COUNT_STEP_ROWS) {
    await ports.yieldToEventLoop();
    const [row] = await ports.reader.rows(step.over, signal);
    if (row === undefined) {
      const [rest] = await ports.reader.rows(step.rest, signal);
      return total + Number(rest?.total);
    }
    step = query.countStep(trusted<Cursor>(JSON.parse(String(row.key))));
  }
}

/**
 * One step of a count. `over`: the key of the row COUNT_STEP_ROWS further on; none where fewer are left: then `rest` counts them.
 */
export interface CountStep {
  readonly over: Statement;
  readonly rest: Statement;
}

/** The statements of a step; `source` is the rest of them: from, where, order by. */
export const countStepOf = (
  key: readonly string[],
  source: string,
  args: readonly Value[],
): CountStep => ({
  over: {
    sql: `select json_array(${key.join(", ")}) as key ${source} limit 1 offset ${COUNT_STEP_ROWS - 1}`,
    args,
  },
  rest: {
    sql: `select count(*) as total from (select 1 ${source} limit ${COUNT_STEP_ROWS})`,
    args,
  },
});

/**
 * SQL of one slice as one JSON text, or as its bytes (1.7 times as fast: binding rows to JavaScript costs more than reading them, see
 * bench/export.ts), each row on a line of its own, and how many were visited. A row that matches gives its cells and its key,
 * another its key alone.
 * `source` is the rest of the statement: from, where, order by; `limit` the parameter of the number of rows.
 */
export function pageSql(
  key: readonly string[],
  { fields }: Table,
  matches: string,
  source: string,
  limit: string,
): Readonly<Record<SliceForm, string>> {
  const cells = [...Object.values(fields), ...key].join(", ");
  const json = "'[' || char(10) || coalesce(group_concat(line, ',' || char(10)), '') || ']'";
  const rows = `select case when ${matches} then json_array(${cells}) else json_array(${key.join(", ")}) end as line
    ${source} limit ${limit}`;
  const of = (slice: string) => `select ${slice} as slice, count(*) as visited from (
    ${rows})`;
  // A select around these would be one too many for SQLite's parser, whose stack ends at a depth of 100.
  return { text: of(json), bytes: of(`cast(${json} as blob)`) };
}
