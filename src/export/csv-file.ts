import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";
import type { SheetLines, SheetQuestion, SheetThread } from "../ports/sheets.ts";
import type { Dialect } from "./csv.ts";
import { type KeysetQuery, matchesOf, PAGE_ROWS, type Page, pageBytes, pages } from "./pages.ts";
import { type Sheet, sheet, type Table } from "./sheet.ts";

/** A CSV that is made page by page: `head` is its BOM and headings. A page may be empty. */
export interface CsvFile {
  readonly head: string;
  readonly pages: AsyncGenerator<SheetLines, void, void>;
}

/** How rows are shown: their table, the dialect, and the IANA zone of instants. */
export interface Shown {
  readonly table: Table;
  readonly dialect: Dialect;
  readonly timeZone: string;
}

type Needs = Pick<Ports, "reader" | "yieldToEventLoop" | "meter" | "sheets">;

/**
 * The rows of a query as a CSV, read as `pages` reads them. Where there is a thread for sheets it formats them, and their bytes only
 * pass through here. In place: where there is none, and rows that are not shown as they were read. Fails with PlatformFailure
 * `overloaded`; throws as `sheet` does.
 */
export function csvOfQuery(
  ports: Needs,
  query: KeysetQuery,
  shown: Shown,
  signal?: AbortSignal,
  rows = PAGE_ROWS,
): CsvFile {
  const { sheets } = ports;
  const inPlace = sheetOf(shown);
  if (sheets === undefined || query.shown !== undefined)
    return csvOfPages(pages(ports, query, signal, rows), inPlace);
  const text = JSON.stringify(shown);
  const width = query.start.length;
  async function* lines({ lines }: SheetThread) {
    for await (const slice of pageBytes(ports, query, signal, rows)) {
      const page = await lines({ sheet: text, width, slice }, signal);
      ports.meter.count("export_rows_total", { type: query.type }, page.rows);
      yield page;
    }
  }
  return { head: inPlace.head, pages: lines(sheets) };
}

/** Pages of rows as a CSV, formatted in place. */
export function csvOfPages(
  pages: AsyncGenerator<Page, void, void>,
  { head, lines }: Sheet,
): CsvFile {
  async function* formatted() {
    for await (const page of pages) yield { rows: page.length, bytes: utf8(lines(page)) };
  }
  return { head, pages: formatted() };
}

const encoder = new TextEncoder();
/** The types of Workers do not say that the buffer is its own. */
const utf8 = (text: string) => trusted<Uint8Array<ArrayBuffer>>(encoder.encode(text));
const decoder = new TextDecoder();
const sheetOf = ({ table, dialect, timeZone }: Shown): Sheet => sheet(table, dialect, timeZone);

/** Sheets that the thread keeps, one for each kind of export and its dialect; they are made again in a millisecond. */
const KEPT = 16;

/** Answers the questions of `csvOfQuery` in a thread (src/sheets.worker.ts). Throws RangeError as a sheet does. */
export function sheetAnswers(): (question: SheetQuestion) => SheetLines {
  const kept = new Map<string, Sheet>();
  const known = (text: string): Sheet => {
    const found = kept.get(text);
    if (found !== undefined) return found;
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    const made = sheetOf(trusted<Shown>(JSON.parse(text)));
    kept.set(text, made);
    return made;
  };
  return ({ sheet, width, slice }) => {
    const page = matchesOf(decoder.decode(slice), width);
    return { rows: page.length, bytes: utf8(known(sheet).lines(page)) };
  };
}
