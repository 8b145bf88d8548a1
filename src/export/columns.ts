import { zoneOffset } from "../lib/days.ts";
import { fromScaled, unitValue } from "../lib/decimal.ts";
import { CSV, type Csv, type Dialect } from "./csv.ts";

/** A value of a row as the database's JSON gives it; a pair is a total (1/10²) and its quantity (1/10⁴). */
export type Cell = string | number | null | readonly [number | null, number | null];

/**
 * How a cell is written. quantity: 1/10⁴, up to 4 places. money: 1/10², 2 places. unit: a pair as the cost of one unit,
 * 2 to 10 places. count: an integer. instant: ms UTC, as the company's wall clock. day: `YYYY-MM-DD`.
 */
export type Kind = "text" | "quantity" | "money" | "unit" | "count" | "instant" | "day";

/** One column of an export: its heading, the SQL expression whose value it shows, and how that is written. */
export interface Column {
  readonly heading: string;
  readonly sql: string;
  readonly kind: Kind;
}

/** What turns rows into the text of a file. */
export interface Sheet {
  /** BOM and headings. */
  readonly head: string;
  /** The lines of a page of rows; a row has one cell for each column. NULL is an empty cell. */
  lines(page: readonly (readonly Cell[])[]): string;
}

/**
 * The sheet of some columns in a dialect; instants in the IANA zone `timeZone`.
 * Throws RangeError for an unknown zone, and for a number beyond 2⁵³ (it would not be exact any more).
 */
export function sheet(columns: readonly Column[], dialect: Dialect, timeZone: string): Sheet {
  const csv = CSV[dialect];
  const write = writers(csv, timeZone);
  const cells = columns.map(({ kind }) => write[kind]);
  const headings = columns.map(({ heading }) => csv.text(heading)).join(csv.separator);
  return {
    head: `${csv.bom}${headings}\r\n`,
    lines(page) {
      let text = "";
      for (const row of page) {
        let line = "";
        for (const [i, cell] of cells.entries()) {
          const value = row[i] ?? null;
          if (i > 0) line += csv.separator;
          if (value !== null) line += cell(value);
        }
        text += `${line}\r\n`;
      }
      return text;
    },
  };
}

type Write = (value: NonNullable<Cell>) => string;

function writers(csv: Csv, timeZone: string): Record<Kind, Write> {
  return {
    text: (value) => csv.text(String(value)),
    quantity: (value) => csv.number(fromScaled(exact(value), 4)),
    money: (value) => csv.number(fromScaled(exact(value), 2, 2)),
    unit: (value) => csv.number(unitCost(value)),
    count: (value) => csv.number(String(exact(value))),
    instant: wallClock(csv, timeZone),
    day: (value) => csv.day(String(value)),
  };
}

/** Throws RangeError where a digit may have been lost on the way. */
function exact(value: Cell): number {
  if (!Number.isSafeInteger(value)) throw new RangeError("not an exact integer");
  return Number(value);
}

/** At least the two places of money; empty where the total or the quantity is not known. */
function unitCost(pair: Cell): string {
  const [total, quantity] = Array.isArray(pair) ? pair : [null, null];
  if (total === null || quantity === null) return "";
  const text = unitValue(exact(total), exact(quantity)) ?? "";
  const [whole = "", fraction = ""] = text.split(".");
  return text === "" || fraction.length >= 2 ? text : `${whole}.${fraction.padEnd(2, "0")}`;
}

/** Movements of one posting share their instant: the last one written is kept. */
function wallClock(csv: Csv, timeZone: string): Write {
  const ahead = zoneOffset(timeZone);
  let known: Cell = null;
  let written = "";
  return (value) => {
    if (value === known) return written;
    const ms = exact(value);
    const offset = ahead(ms);
    const local = new Date(ms + offset).toISOString().slice(0, 19);
    const minutes = Math.round(Math.abs(offset) / 60_000);
    const sign = offset < 0 ? "-" : "+";
    const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((n) =>
      String(n).padStart(2, "0"),
    );
    written = csv.instant(local, `${sign}${hh}:${mm}`);
    known = value;
    return written;
  };
}
