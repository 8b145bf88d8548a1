import { neutralized } from "../../lib/formula.ts";
import type { Line } from "./state.ts";
import { BADGES, numberOf } from "./words.ts";

/** A cell for Excel in Brazil; what begins like a formula is no formula. */
const cell = (text: string): string => {
  const safe = neutralized(text);
  return /[";\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The lines as CSV: with a byte order mark and semicolons, as Excel in Brazil opens it. */
export function sheetOf(lines: readonly Line[]): string {
  const rows = lines.map(({ file, kind, title, key, message }) => [
    file,
    BADGES[kind].text,
    title ?? "",
    numberOf(key) ?? "",
    // With a space it stays text: Excel would round 44 digits.
    key === null ? "" : ` ${key}`,
    message,
  ]);
  return [["arquivo", "resultado", "pendência", "nota", "chave", "motivo"], ...rows]
    .map((row) => row.map(cell).join(";"))
    .join("\r\n")
    .replace(/^/, "\ufeff")
    .concat("\r\n");
}

/** Has the browser save the lines. */
export function saveSheet(lines: readonly Line[]): void {
  const url = URL.createObjectURL(new Blob([sheetOf(lines)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `envio-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
