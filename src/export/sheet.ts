import type { StoredLot } from "../ingest/note/tables.ts";
import { trusted } from "../lib/cast.ts";
import { zoneOffset } from "../lib/days.ts";
import { divideHalfUp, fromScaled, unitValue } from "../lib/decimal.ts";
import { factorText } from "../stock/supplier-items/factor.ts";
import { CSV, type Csv, type Dialect } from "./csv.ts";

/** A value of a row, as the database's JSON gives it. */
export type Cell = string | number | null;

/**
 * The format of a cell; NULL is an empty cell. quantity: 1/10⁴, up to 4 places. money: 1/10², 2 places. unit: the cost of
 * one unit, from a total (1/10²) by its quantity (1/10⁴), 2 to 10 places. ratio: one integer by another, up to 10 places.
 * factor: as a user writes it, a decimal or a fraction (`1/12`), by its divisor. decimal: a plain decimal text, with all its digits. count: an integer. instant: ms UTC, as the company's local
 * time. day: `YYYY-MM-DD`. issue: an instant or a day. lots: those of an item as `note_items` has them.
 */
export type Kind =
  | "text"
  | "quantity"
  | "money"
  | "unit"
  | "ratio"
  | "factor"
  | "decimal"
  | "count"
  | "instant"
  | "day"
  | "issue"
  | "lots";

/** One column of a file: its heading, its field and its format. */
export interface Column<Field extends string = string> {
  readonly heading: string;
  readonly kind: Kind;
  readonly of: Field;
  /** unit, ratio, factor: the field to divide by. Other kinds: the cell is empty where this field is not 1. */
  readonly by?: Field;
}

/** The fields that are read of each row (name → SQL), and the columns that show them. */
export interface Table<Field extends string = string> {
  readonly fields: Readonly<Record<Field, string>>;
  readonly columns: readonly Column<Field>[];
}

/** Turns rows into the text of a file. */
export interface Sheet {
  /** BOM and headings. */
  readonly head: string;
  /** The lines of rows; a row has a cell for each field, in the order of the table. */
  lines(page: readonly (readonly Cell[])[]): string;
}

/**
 * The sheet of a table in a dialect; instants in the IANA zone `timeZone`.
 * Throws RangeError for an unknown zone, and for a number beyond 2⁵³ (it would not be exact any more).
 */
export function sheet(table: Table, dialect: Dialect, timeZone: string): Sheet {
  const csv = CSV[dialect];
  const write = writers(csv, timeZone);
  const fields = Object.keys(table.fields);
  const columns = table.columns.map(({ kind, of, by }) =>
    reader(write[kind], fields.indexOf(of), by === undefined ? null : fields.indexOf(by)),
  );
  const headings = table.columns.map(({ heading }) => csv.text(heading)).join(csv.separator);
  return {
    head: `${csv.bom}${headings}\r\n`,
    lines(page) {
      const lines: string[] = [];
      for (const row of page) {
        const cells: string[] = [];
        for (const read of columns) cells.push(read(row));
        lines.push(cells.join(csv.separator));
      }
      // The last line ends too.
      lines.push("");
      return lines.join("\r\n");
    },
  };
}

/** Writes one value; `by` is that of the column's second field, 1 without one. NULL is an empty cell. */
type Write = (value: Cell, by: Cell) => string;

/** Writes one column's cell of a row. Keeps the last cell: the movements of a note share key, instant and texts. */
function reader(write: Write, of: number, by: number | null): (row: readonly Cell[]) => string {
  let known: Cell = null;
  let knownBy: Cell = 1;
  let text = write(known, knownBy);
  return (row) => {
    const value = row[of] ?? null;
    const beside = by === null ? 1 : (row[by] ?? null);
    if (value !== known || beside !== knownBy) {
      text = write(value, beside);
      known = value;
      knownBy = beside;
    }
    return text;
  };
}

function writers(csv: Csv, timeZone: string): Record<Kind, Write> {
  const shown = (write: (value: string | number) => string): Write => {
    return (value, by) => (value === null || by !== 1 ? "" : write(value));
  };
  const instant = localTime(csv, timeZone);
  const day = (value: string | number) => csv.day(String(value));
  return {
    text: shown((value) => csv.text(String(value))),
    quantity: shown((value) => csv.number(fromScaled(exact(value), 4))),
    money: shown((value) => csv.number(fromScaled(exact(value), 2, 2))),
    unit: (total, quantity) => csv.number(unitCost(total, quantity)),
    count: shown((value) => csv.number(String(exact(value)))),
    ratio: (value, by) => (value === null || by === null ? "" : csv.number(ratio(value, by))),
    factor: (e4, divisor) => factorCell(csv, exact(e4 ?? 0), exact(divisor ?? 1)),
    decimal: shown((value) => {
      const text = String(value);
      return PLAIN_DECIMAL.test(text) ? csv.number(text) : csv.text(text);
    }),
    instant: shown(instant),
    day: shown(day),
    issue: shown((value) => (typeof value === "string" ? day(value) : instant(value))),
    lots: shown((value) => csv.text(lotsText(csv, String(value)))),
  };
}

/** Throws RangeError for a number beyond 2⁵³: a digit may have been lost. */
function exact(value: string | number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError("not an exact integer");
  return Number(value);
}

/** A fraction is a text: a spreadsheet would read a day. */
const factorCell = (csv: Csv, e4: number, divisor: number): string =>
  divisor === 1 ? csv.number(factorText({ e4, divisor })) : csv.text(factorText({ e4, divisor }));

const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Up to ten places, half-up; empty by 0. */
function ratio(value: string | number, by: string | number): string {
  const divisor = BigInt(exact(by));
  if (divisor === 0n) return "";
  return fromScaled(divideHalfUp(BigInt(exact(value)) * 10n ** 10n, divisor), 10);
}

/** `L1: 10 (31/01/2027); L2: 2,5`: number, quantity and expiry of each lot. */
function lotsText(csv: Csv, json: string): string {
  const lots = trusted<StoredLot[]>(JSON.parse(json));
  return lots
    .map(({ lot, quantity_e4, expires_on }) => {
      const quantity = csv.number(fromScaled(quantity_e4, 4));
      return `${lot}: ${quantity}${expires_on === null ? "" : ` (${csv.day(expires_on)})`}`;
    })
    .join("; ");
}

/** At least the two places of money; empty where the total or the quantity is not known. */
function unitCost(total: Cell, quantity: Cell): string {
  if (total === null || quantity === null) return "";
  const text = unitValue(exact(total), exact(quantity)) ?? "";
  const [whole = "", fraction = ""] = text.split(".");
  return text === "" || fraction.length >= 2 ? text : `${whole}.${fraction.padEnd(2, "0")}`;
}

function localTime(csv: Csv, timeZone: string): (value: string | number) => string {
  const ahead = zoneOffset(timeZone);
  return (value) => {
    const ms = exact(value);
    const offset = ahead(ms);
    const local = new Date(ms + offset).toISOString().slice(0, 19);
    const minutes = Math.round(Math.abs(offset) / 60_000);
    const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((n) =>
      String(n).padStart(2, "0"),
    );
    return csv.instant(local, `${offset < 0 ? "-" : "+"}${hh}:${mm}`);
  };
}
