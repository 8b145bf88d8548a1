import { TARGET_HEADS, table } from "./figures.ts";

/** Puts `text` between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; throws when the document has no such block. */
export function withBlock(document: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = document.indexOf(opening);
  const to = document.indexOf(closing);
  if (from < 0 || to < from) throw new Error(`the document has no ${opening} … ${closing}`);
  return `${document.slice(0, from + opening.length)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}

/**
 * Every target of the document's blocks in one table, in the order of their numbers. Rows of the block `targets`, where this
 * table goes, are not read.
 */
export function targetsOf(document: string): string {
  const rows: string[][] = [];
  for (const block of withBlock(document, "targets", "").split("\n")) {
    const cells = block.split("|").map((cell) => cell.trim());
    if (/^T\d+$/.test(cells[1] ?? "") && cells.length === TARGET_HEADS.length + 2)
      rows.push(cells.slice(1, -1));
  }
  const number = (row: readonly string[]) => Number(row[0]?.slice(1));
  return table(
    TARGET_HEADS,
    rows.toSorted((a, b) => number(a) - number(b)),
  );
}
