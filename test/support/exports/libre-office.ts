import { expect } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import type { Dialect } from "../../../src/export/csv.ts";
import { type Cell, sheet, type Table } from "../../../src/export/sheet.ts";

/** Tokens of LibreOffice's CSV filter: separator, quote, UTF-8, first line, columns, language, quoted fields as text; special numbers follow. */
const OPENED: Record<Dialect, string> = {
  br: "59,34,76,1,,1046,false",
  rfc4180: "44,34,76,1,,1033,true",
};

/** A cell as LibreOffice shows it. */
export interface Opened {
  readonly type: string;
  /** What a person reads. */
  readonly shown: string;
  /** What the program holds: a number or a date without its looks; else what is shown. */
  readonly value: string;
}

/** The cells of the first sheet of a flat OpenDocument file, row by row; empty cells are included. */
function cellsOf(fods: string): Opened[][] {
  const rows: Opened[][] = [];
  const parser = new SaxesParser();
  let cell: { type: string; value: string | undefined; times: number } | null = null;
  let shown = "";
  let paragraphs = 0;
  parser.on("opentag", ({ name, attributes: a }) => {
    if (name === "table:table-row") rows.push([]);
    if (name === "table:table-cell") {
      const value = a["office:value"] ?? a["office:date-value"];
      const times = Number(a["table:number-columns-repeated"] ?? 1);
      cell = { type: a["office:value-type"] ?? "", value, times };
      shown = "";
      paragraphs = 0;
    }
    if (name === "text:p") {
      if (paragraphs > 0) shown += "\n";
      paragraphs += 1;
    }
    if (name === "text:s") shown += " ".repeat(Number(a["text:c"] ?? 1));
  });
  parser.on("text", (text) => {
    if (cell !== null) shown += text.replaceAll(/[\r\n]\s*/g, "");
  });
  parser.on("closetag", ({ name }) => {
    if (name !== "table:table-cell" || cell === null) return;
    const { type, value = shown, times } = cell;
    if (times < 100) for (let n = 0; n < times; n += 1) rows.at(-1)?.push({ type, shown, value });
    cell = null;
  });
  parser.write(fods).close();
  return rows.filter((row) => row.some(({ type }) => type !== ""));
}

/** The rows of a table as LibreOffice opens them, by heading; `specialNumbers` is a choice of its import dialog. */
export async function openedSheet(
  table: Table,
  dialect: Dialect,
  cells: readonly Record<string, Cell>[],
  specialNumbers = true,
): Promise<Record<string, Opened>[]> {
  const soffice = Bun.which("soffice");
  if (soffice === null) throw new Error("the long form of the tests needs LibreOffice (soffice)");
  const { head, lines } = sheet(table, dialect, "America/Sao_Paulo");
  const fields = Object.keys(table.fields);
  const folder = await mkdtemp(join(tmpdir(), "sge-sheet-"));
  try {
    const text = head + lines(cells.map((row) => fields.map((name) => row[name] ?? null)));
    await Bun.write(join(folder, "table.csv"), text);
    const { exitCode } = Bun.spawnSync(
      [
        soffice,
        "--headless",
        `-env:UserInstallation=file://${folder}/profile`,
        `--infilter=Text - txt - csv (StarCalc):${OPENED[dialect]},${specialNumbers}`,
        "--convert-to",
        "fods",
        "--outdir",
        folder,
        join(folder, "table.csv"),
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
    expect(exitCode).toBe(0);
    const [headings = [], ...rows] = cellsOf(await readFile(join(folder, "table.fods"), "utf8"));
    return rows.map((row) =>
      Object.fromEntries(
        headings.map(({ shown }, i) => [shown, row[i] ?? { type: "", shown: "", value: "" }]),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
