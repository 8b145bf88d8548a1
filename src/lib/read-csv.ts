import { err, ok, type Result } from "./result.ts";

/** A record of a CSV: its cells, and the line of the text on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What is wrong with a text, and where: the line from 1, and the cell of its record from 1. */
export interface CsvFault {
  readonly why: "quote_in_text" | "text_after_quote" | "quote_not_closed";
  readonly line: number;
  readonly cell: number;
}

/**
 * The records of a CSV text: a cell is quoted as a whole or not at all, and a quote inside is doubled (RFC 4180); a line ends in
 * CRLF, LF or CR. A line without a character is no record; `most` records are read. Fails where a quote is not where the rule
 * has it.
 */
export function readCsv(
  text: string,
  separator: "," | ";",
  most: number,
): Result<CsvRecord[], CsvFault> {
  const plain = separator === "," ? /[^,"\r\n]*/y : /[^;"\r\n]*/y;
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length && records.length < most) {
    const cells: string[] = [];
    const begins = line;
    for (;;) {
      const fault = (why: CsvFault["why"]) => err({ why, line, cell: cells.length + 1 });
      const quoted = text[at] === '"';
      if (quoted) {
        const end = endOfQuoted(text, at);
        if (end === null) return fault("quote_not_closed");
        const inner = text.slice(at + 1, end);
        at = end + 1;
        if (!ends(text[at], separator)) return fault("text_after_quote");
        cells.push(inner.replaceAll('""', '"'));
        line += inner.match(/\r\n|\n|\r/g)?.length ?? 0;
      } else {
        plain.lastIndex = at;
        const cell = plain.exec(text)?.[0] ?? "";
        at += cell.length;
        if (!ends(text[at], separator)) return fault("quote_in_text");
        cells.push(cell);
      }
      if (text[at] !== separator) break;
      at += 1;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line += 1;
    if (cells.length > 1 || cells[0] !== "") records.push({ line: begins, cells });
  }
  return ok(records);
}

const ends = (next: string | undefined, separator: string): boolean =>
  next === undefined || next === separator || next === "\r" || next === "\n";

/** Where the quote stands that closes the one at `at`; null: none does. */
function endOfQuoted(text: string, at: number): number | null {
  let end = text.indexOf('"', at + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end < 0 ? null : end;
}
