/**
 * `br`: what Excel in Brazil opens with a double click: UTF-8 with BOM, `;`, decimal comma.
 * `rfc4180`: what machines read: UTF-8 without BOM, `,`, decimal point. Lines end in CRLF in both.
 */
export const DIALECTS = ["br", "rfc4180"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** How one dialect writes cells. Every result is ready to stand between two separators. */
export interface Csv {
  /** What the file begins with, before its headings. */
  readonly bom: "" | "\uFEFF";
  readonly separator: "," | ";";
  /** A text: safe to open, quoted where RFC 4180 asks for it, its digits kept. */
  text(value: string): string;
  /** A plain decimal ("-12.5"), as a number. */
  number(decimal: string): string;
  /** A wall clock time: `YYYY-MM-DDTHH:MM:SS`, and how far it is ahead of UTC (`-03:00`). */
  instant(local: string, offset: string): string;
  /** A calendar day, `YYYY-MM-DD`. */
  day(day: string): string;
}

/** What no cell can do without a closer look: most cells have nothing of it. */
const SUSPECT = /^[=+\-@\t\r\d]|[";,\r\n]/;

/** A spreadsheet runs what begins like this as a formula (S12). */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** Digits that a spreadsheet takes for a number, a day or a time ("0012", "12E3", "10/12") … */
const DIGITS = /^[+-]?\d+(?:[.,:/-]\d+)*(?:E[+-]?\d+)?$/i;
/** … and gives back as they were: up to 11 digits, no leading zero. */
const KEPT = /^(?!(?:\D*\d){12})[+-]?(?:0|[1-9]\d*)(?:[.,]\d+)?$/;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** What begins like a formula and is no number gets a leading apostrophe. */
const harmless = (text: string): string =>
  FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;

const recast = (text: string): boolean => DIGITS.test(text) && !KEPT.test(text);

const br: Csv = {
  bom: "\uFEFF",
  separator: ";",
  text(value) {
    if (!SUSPECT.test(value)) return value;
    const text = harmless(value);
    // Excel keeps the digits of ="0012" and of nothing else; LibreOffice reads it as the same text.
    if (recast(text)) return `"=""${text}"""`;
    return /[";\r\n]/.test(text) ? quoted(text) : text;
  },
  number: (decimal) => decimal.replace(".", ","),
  instant: (local) => `${brDay(local)} ${local.slice(11)}`,
  day: brDay,
};

const rfc4180: Csv = {
  bom: "",
  separator: ",",
  text(value) {
    if (!SUSPECT.test(value)) return value;
    const text = harmless(value);
    // Quotes let a reader that tells texts from numbers keep the digits (LibreOffice: "format quoted field as text").
    return /[",\r\n]/.test(text) || recast(text) ? quoted(text) : text;
  },
  number: (decimal) => decimal,
  instant: (local, offset) => `${local}${offset}`,
  day: (day) => day,
};

function brDay(day: string): string {
  return `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;
}

/** How each dialect writes. */
export const CSV: Readonly<Record<Dialect, Csv>> = { br, rfc4180 };
