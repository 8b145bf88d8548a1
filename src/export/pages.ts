import { trusted } from "../lib/cast.ts";
import type { Ports, Row, Statement, Value } from "../ports.ts";
import type { Cell, Column } from "./columns.ts";

/** How many rows of a table one statement visits, and so the most that a page holds. */
export const PAGE_ROWS = 1_000;

/** Where in a table's order a row stands: the values of its key. */
export type Place = readonly Value[];
export type Page = readonly (readonly Cell[])[];

/** A table in an order that an index has, walked slice by slice: a slice is PAGE_ROWS of its rows, matching or not. */
export interface Walk {
  /** Just before the first row. */
  readonly start: Place;
  /** Selects the key of the last row of the slice after `place`; no row: what is left is less than a slice. */
  end(place: Place): Statement;
  /** Selects one `page`: a JSON array of the matching rows after `place`, up to and with `end` (null: all that is left). */
  rows(place: Place, end: Place | null): Statement;
}

/**
 * The pages of a walk, each read when it is asked for, with no transaction held between them: so a slow reader of a large
 * export keeps nobody waiting, and no statement visits more than a slice, however few rows match. Before each page the
 * signal is looked at and the event loop is given back. A page may be empty. Fails with PlatformFailure `overloaded`.
 */
export async function* pages(
  ports: Pick<Ports, "reader" | "breathe">,
  walk: Walk,
  signal?: AbortSignal,
): AsyncGenerator<Page, void, void> {
  let place = walk.start;
  for (;;) {
    await ports.breathe();
    signal?.throwIfAborted();
    const [last] = await ports.reader.rows(walk.end(place), signal);
    const end = last === undefined ? null : Object.values(last);
    const [row] = await ports.reader.rows(walk.rows(place, end), signal);
    yield pageOf(row);
    if (end === null) return;
    place = end;
  }
}

/**
 * SQL that gives the columns of the rows of `source` (from, where, order by) as one JSON text. Binding a row to JavaScript
 * costs more than reading it: as text, a page arrives 1.7 times as fast (bench/export.ts).
 */
export const pageSql = (columns: readonly Column[], source: string): string => `
  select '[' || coalesce(group_concat(line), '') || ']' as page from (
    select json_array(${columns.map(({ sql }) => sql).join(", ")}) as line ${source}
  )`;

/** The statement is ours (pageSql): an array of arrays of what json_array writes. */
const pageOf = (row: Row | undefined): Page => trusted<Page>(JSON.parse(String(row?.page ?? "[]")));
