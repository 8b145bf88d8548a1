import { textOfCell } from "../../export/csv.ts";
import { SUPPLIER_ITEMS } from "../../export/sheets/supplier-items.ts";
import {
  IMPORT_LINES,
  type ImportedLine,
  type ReadLines,
} from "../../ingest/supplier-items/import-supplier-items.ts";
import { utf8OrWindows1252 } from "../../lib/decode-text.ts";
import { type CsvRecord, readCsv } from "../../lib/read-csv.ts";
import { Failed } from "../../lib/result.ts";
import type { ImportError, SupplierItemFailure } from "../../stock/failures.ts";
import type { Factor } from "../../stock/supplier-items/factor.ts";
import { factorOf } from "../factor.ts";
import { codeText } from "../schemas.ts";
import { SupplierId } from "./supplier-id.ts";

/** The columns of our own export. `name` and `productUnit` are for people, and are passed over. */
type Field = (typeof SUPPLIER_ITEMS.columns)[number]["of"];
const REQUIRED: readonly Field[] = ["supplier", "code", "unit", "product", "factor"];
const headingOf = (field: Field): string =>
  SUPPLIER_ITEMS.columns.find(({ of }) => of === field)?.heading ?? field;

/** Most characters of a heading or a cell that an error repeats. */
const REPEATED = 60;

const Code = codeText(60).trim().min(1);
const Product = codeText(120).trim().min(1);
/** What uCom may be, and what the company's own units may be. */
const Unit = codeText(20).trim().min(1);

/**
 * The lines of a CSV of mappings, as our own export writes it: in either dialect, with its columns in any order; the cells for
 * people may be left out. What cannot be read is an error with its line and column, and no line. Fails with
 * `import.too_many_lines`.
 */
export function mappingLines(bytes: Uint8Array): ReadLines {
  const text = utf8OrWindows1252(bytes).replace(/^\uFEFF/, "");
  const separator = /^[^\r\n]*;/.test(text) ? ";" : ",";
  // One for the headings, and one too many.
  const read = readCsv(text, separator, IMPORT_LINES + 2);
  if (!read.ok) {
    const { why, line, cell } = read.error;
    return { lines: [], errors: [{ line, column: null, code: why, value: String(cell) }] };
  }
  const [head, ...records] = read.value;
  if (records.length > IMPORT_LINES)
    throw new Failed<SupplierItemFailure>({ code: "import.too_many_lines", limit: IMPORT_LINES });
  const { places, errors } = columnsOf(head);
  if (errors.length > 0) return { lines: [], errors };
  const lines: ImportedLine[] = [];
  for (const record of records) {
    if (record.cells.every((cell) => cell.trim() === "")) continue;
    const line = lineOf(record, head?.cells.length ?? 0, places, separator, errors);
    if (line !== null) lines.push(line);
  }
  return { lines, errors };
}

/** Where each column stands, by the headings. */
function columnsOf(head: CsvRecord | undefined): {
  places: ReadonlyMap<Field, number>;
  errors: ImportError[];
} {
  const line = head?.line ?? 1;
  const places = new Map<Field, number>();
  const errors: ImportError[] = [];
  for (const [place, cell] of (head?.cells ?? []).entries()) {
    const heading = textOfCell(cell).trim();
    const column = SUPPLIER_ITEMS.columns.find((known) => known.heading === heading);
    if (column === undefined)
      errors.push({ line, column: heading.slice(0, REPEATED), code: "unknown_column" });
    else if (places.has(column.of)) errors.push({ line, column: heading, code: "repeated_column" });
    else places.set(column.of, place);
  }
  for (const field of REQUIRED)
    if (!places.has(field)) errors.push({ line, column: headingOf(field), code: "missing_column" });
  return { places, errors };
}

/** The mapping of a record; null where it has errors, which are added to `errors`. */
function lineOf(
  { line, cells }: CsvRecord,
  width: number,
  places: ReadonlyMap<Field, number>,
  separator: "," | ";",
  errors: ImportError[],
): ImportedLine | null {
  if (cells.length !== width) {
    errors.push({ line, column: null, code: "cells", value: String(cells.length) });
    return null;
  }
  const textOf = (field: Field): string => textOfCell(cells[places.get(field) ?? -1] ?? "");
  const found: ImportError[] = [];
  const fail = (field: Field, code: ImportError["code"]): "" => {
    found.push({ line, column: headingOf(field), code });
    return "";
  };
  const read = (field: Field, schema: typeof Code | typeof SupplierId): string => {
    const text = textOf(field);
    if (text.trim() === "") return fail(field, "required");
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    if (schema === SupplierId) return fail(field, "supplier");
    const tooLong = parsed.error.issues.some(({ code }) => code === "too_big");
    return fail(field, tooLong ? "too_long" : "not_storable");
  };
  const supplier = read("supplier", SupplierId);
  const code = read("code", Code);
  const unit = read("unit", Unit);
  const product = read("product", Product);
  const spelling = textOf("spelling").trim() === "" ? null : read("spelling", Unit);
  const written = textOf("factor").trim();
  const factor = written === "" ? null : factorIn(written, separator);
  if (factor === null) fail("factor", written === "" ? "required" : "factor");
  if (factor === null || found.length > 0) {
    errors.push(...found);
    return null;
  }
  return { line, supplier, code, unit, spelling, product, factor };
}

/** A factor as the dialect writes it: with a comma where `;` separates. */
function factorIn(text: string, separator: "," | ";"): Factor | null {
  if (separator === ";" && text.includes(".")) return null;
  const factor = factorOf(separator === ";" ? text.replace(",", ".") : text);
  return Array.isArray(factor) ? null : factor;
}
