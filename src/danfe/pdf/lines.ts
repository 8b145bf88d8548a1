import type { Danfe, PrintedItem } from "../model.ts";
import { printable, widthOf, wrapped } from "./font.ts";

export const ITEM_SIZE = 6;
export const NOTE_SIZE = 5.5;
export const LINE = 7;

/** The edges of the columns of items. */
export interface Edge {
  readonly x: number;
  readonly width: number;
}

/** One line of the flow of a paper: texts in columns, or one text. */
export type Line =
  | { readonly kind: "item"; readonly cells: readonly string[]; readonly first: boolean }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly title?: true };

/** Where each column begins and how wide it is, of a table of this width. */
export function edgesOf(columns: Danfe["columns"], x: number, width: number): Edge[] {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  let left = x;
  return columns.map(({ share }) => {
    const edge = { x: left, width: (width * share) / shares };
    left += edge.width;
    return edge;
  });
}

/** An item in lines: its texts wrapped in their columns, then its notes over the rest of the width. */
export function linesOf({ cells, notes }: PrintedItem, edges: readonly Edge[]): Line[] {
  // Codes and descriptions are wrapped; figures stay on the first line and are set smaller where they must be.
  const columns = cells.map((text, at) =>
    at < 2 ? wrapped(text, ITEM_SIZE, (edges[at]?.width ?? 0) - 3) : [text],
  );
  const rows = Math.max(1, ...columns.map(({ length }) => length));
  const lines: Line[] = Array.from({ length: rows }, (_, row) => ({
    kind: "item",
    cells: columns.map((column) => column[row] ?? ""),
    first: row === 0,
  }));
  const from = edges[1]?.x ?? 0;
  const last = edges.at(-1);
  const width = (last === undefined ? 0 : last.x + last.width) - from - 4;
  for (const text of inLines(notes, width))
    for (const line of wrapped(text, NOTE_SIZE, width)) lines.push({ kind: "note", text: line });
  return lines;
}

/** Lots share a line as long as they fit whole: a drug with 500 lots must not take 500 lines. */
function inLines(notes: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const note of notes) {
    const both = `${lines.at(-1)}  |  ${note}`;
    const areLots = note.startsWith("Lote ") && lines.at(-1)?.startsWith("Lote ") === true;
    if (areLots && widthOf(printable(both), NOTE_SIZE, "regular") <= width)
      lines[lines.length - 1] = both;
    else lines.push(note);
  }
  return lines;
}
