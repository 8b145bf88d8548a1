import { inflateSync } from "node:zlib";

/** A text as it is placed on a page. */
export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly text: string;
}

export interface ReadPdf {
  /** Numbers of the objects whose place in the table is not where they begin; empty in a sound file. */
  readonly misplaced: readonly number[];
  readonly pages: readonly { readonly operators: string; readonly texts: readonly PlacedText[] }[];
}

const TEXT = /BT \/F[12] ([\d.]+) Tf (-?[\d.]+) (-?[\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj ET/g;

/** Reads a PDF of ours by its table of objects, as a reader of PDF does. Throws where it has none. */
export function readPdf(bytes: Uint8Array): ReadPdf {
  const file = Buffer.from(bytes);
  const latin = file.toString("latin1");
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(latin)?.[1]);
  const [, count = ""] = /^xref\n0 (\d+)\n/.exec(latin.slice(table)) ?? [];
  const entries = latin
    .slice(table)
    .split("\n")
    .slice(3, Number(count) + 2);
  const misplaced = entries.flatMap((entry, at) =>
    latin.slice(Number(entry.slice(0, 10))).startsWith(`${at + 1} 0 obj\n`) ? [] : [at + 1],
  );
  const pages = [...latin.matchAll(/<< \/Length (\d+) \/Filter \/FlateDecode >>\nstream\n/g)].map(
    (match) => {
      const from = match.index + match[0].length;
      const operators = inflateSync(file.subarray(from, from + Number(match[1]))).toString(
        "latin1",
      );
      const texts = [...operators.matchAll(TEXT)].map(([, size, x, y, text = ""]) => ({
        x: Number(x),
        y: Number(y),
        size: Number(size),
        text: text.replaceAll(/\\(.)/g, "$1"),
      }));
      return { operators, texts };
    },
  );
  if (!latin.startsWith("%PDF-1.4\n") || entries.length === 0 || pages.length === 0)
    throw new Error("no PDF");
  return { misplaced, pages };
}
