import { neutralized } from "../lib/formula.ts";
import { isRecast, RECAST_WORDS } from "./recast.ts";

/**
 * `br`: what Excel in Brazil opens with a double click: UTF-8 with BOM, `;`, decimal comma.
 * `rfc4180`: what machines read: UTF-8 without BOM, `,`, decimal point. Lines end in CRLF in both.
 */
export const DIALECTS = ["br", "rfc4180"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** How one dialect writes cells. Every result can stand between two separators. */
export interface Csv {
  /** The beginning of the file, before its headings. */
  readonly bom: "" | "\uFEFF";
  readonly separator: "," | ";";
  /** A text: no formula, quoted where RFC 4180 requires it, its digits kept. */
  text(value: string): string;
  /** A plain decimal ("-12.5"), as a number. */
  number(decimal: string): string;
  /** A local time: `YYYY-MM-DDTHH:MM:SS`, and how far it is ahead of UTC (`-03:00`). */
  instant(local: string, offset: string): string;
  /** A calendar day, `YYYY-MM-DD`. */
  day(day: string): string;
}

/** Cells that need a closer look; most do not match. */
const SUSPECT = new RegExp(`^[^A-Za-z]|^(?:${RECAST_WORDS})|[";,\\r\\n]`, "i");

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The text that a cell of either dialect was written for (`Csv.text`), once its quotes are off. */
export function textOfCell(cell: string): string {
  const text = KEPT_TEXT.exec(cell)?.[1] ?? cell;
  const bare = text.slice(1);
  return text.startsWith("'") && neutralized(bare) === text ? bare : text;
}

const KEPT_TEXT = /^="([^"]*)"$/;

/** The most characters that a text in an Excel formula may have. */
const LONGEST_TEXT = 255;

const br: Csv = {
  bom: "\uFEFF",
  separator: ";",
  text(value) {
    if (!SUSPECT.test(value)) return value;
    const text = neutralized(value);
    // Excel keeps the digits of ="0012" and of nothing else; LibreOffice reads it as the same text.
    if (isRecast(text, ",") && text.length <= LONGEST_TEXT) return `"=""${text}"""`;
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
    const text = neutralized(value);
    // Quotes let a reader that distinguishes texts from numbers keep the digits (LibreOffice: "format quoted field as text").
    return /[",\r\n]/.test(text) || isRecast(text, ".") ? quoted(text) : text;
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
