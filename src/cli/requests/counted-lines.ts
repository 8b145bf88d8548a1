import { toScaled } from "../../lib/decimal.ts";
import { utf8OrWindows1252 } from "../../lib/decode-text.ts";
import { fold } from "../../lib/fold.ts";
import { type CsvRecord, readCsv } from "../../lib/read-csv.ts";
import { UsageError } from "../terminal/parsed-args.ts";

/** The largest CSV of a count, and most of its lines. */
export const MOST_FILE_BYTES = 8 << 20;
const MOST_LINES = 100_000;

/** A line of a count as the API takes it; `quantity` is a decimal text with a point and at most 4 places. */
export interface CountedLine {
  readonly product_code?: string;
  readonly barcode?: string;
  readonly quantity: string;
  readonly lot?: string;
}

/** Lines of arguments such as `P-1=12,5`; the last `=` separates. Fails with a UsageError. */
export function namedLines(named: readonly string[]): CountedLine[] {
  return named.map((text) => {
    const at = text.lastIndexOf("=");
    const quantity = at < 1 ? null : quantityOf(text.slice(at + 1), false);
    if (quantity === null)
      throw new UsageError("count", `Não é CÓDIGO=QUANTIDADE: ${text.slice(0, 80)}`);
    return { product_code: text.slice(0, at), quantity };
  });
}

/**
 * The lines of a CSV in UTF-8 or windows-1252, with `;` or `,`, whose first line names its columns: `codigo` or `gtin` (both may be
 * there: the one that is filled counts), `quantidade`, and `lote`. Fails with an Error (Portuguese) that names the line.
 */
export function countedLines(bytes: Uint8Array): CountedLine[] {
  const text = utf8OrWindows1252(bytes).replace(/^\uFEFF/, "");
  const separator = /^[^\r\n]*;/.test(text) ? ";" : ",";
  const read = readCsv(text, separator, MOST_LINES + 2);
  if (!read.ok) throw new Error(`Linha ${read.error.line} do arquivo: aspas fora do lugar`);
  const [head, ...records] = read.value;
  if (records.length > MOST_LINES) throw new Error(`O arquivo tem mais de ${MOST_LINES} linhas`);
  const names = (head?.cells ?? []).map((cell) => fold(cell.trim()));
  const place = (...known: string[]) => names.findIndex((name) => known.includes(name));
  const places = {
    code: place("codigo", "product_code", "code", "produto"),
    barcode: place("gtin", "barcode", "ean", "codigo de barras"),
    quantity: place("quantidade", "quantity", "qtd"),
    lot: place("lote", "lot"),
  };
  if (places.quantity < 0 || (places.code < 0 && places.barcode < 0))
    throw new Error(
      "A primeira linha do arquivo deve ter as colunas codigo (ou gtin) e quantidade",
    );
  const lines = records.flatMap((record) => lineOf(record, places, separator === ","));
  if (lines.length === 0) throw new Error("O arquivo não tem linhas");
  return lines;
}

function lineOf(
  { cells, line }: CsvRecord,
  places: Readonly<Record<"code" | "barcode" | "quantity" | "lot", number>>,
  pointIsDecimal: boolean,
): CountedLine[] {
  const cell = (place: number) => (place < 0 ? "" : (cells[place] ?? "").trim());
  if (cells.every((text) => text.trim() === "")) return [];
  const [code, barcode, lot] = [cell(places.code), cell(places.barcode), cell(places.lot)];
  const quantity = quantityOf(cell(places.quantity), pointIsDecimal);
  if (quantity === null)
    throw new Error(
      `Linha ${line} do arquivo: quantidade inválida (${cell(places.quantity).slice(0, 40)})`,
    );
  if (code === "" && barcode === "") throw new Error(`Linha ${line} do arquivo: falta o código`);
  const product = code === "" ? { barcode } : { product_code: code };
  return [{ ...product, quantity, ...(lot === "" ? {} : { lot }) }];
}

/**
 * `1.234,5` and `1234.5` as `1234.5`; null: no quantity from 0 with at most 4 places. `1.234` is a thousand to one reader and one to
 * another: it is taken where `pointIsDecimal`, in a file whose columns a comma separates.
 */
function quantityOf(text: string, pointIsDecimal: boolean): string | null {
  const brazilian =
    /^(?:\d{1,3}(?:\.\d{3})+|\d+),\d+$/.test(text) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(text);
  const plain = brazilian ? text.replaceAll(".", "").replace(",", ".") : text;
  const doubtful = !brazilian && !pointIsDecimal && /^[1-9]\d{0,2}\.\d{3}$/.test(text);
  return !doubtful && toScaled(plain, 4).ok ? plain : null;
}
