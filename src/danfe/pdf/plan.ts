import type { Block, Cell, Danfe } from "../model.ts";
import { wrapped } from "./font.ts";
import { type Edge, edgesOf, LINE, type Line, linesOf } from "./lines.ts";
import { PAGE } from "./pdf-file.ts";

export const MARGIN = 20;
export const WIDTH = PAGE.width - 2 * MARGIN;
/** Lower edge of what is printed. */
export const BOTTOM = PAGE.height - MARGIN;
export const RECEIPT_HEIGHT = 46;
export const HEAD_HEIGHT = 134;
export const ROW = 19;
export const TITLE = 9;
export const COLUMN_HEAD = 10;
export const ADDITIONAL_SIZE = 6.5;
/** The share of the issuer's text in the box at the foot of the first page; the rest is the tax office's. */
export const ADDITIONAL_SHARE = 0.68;

const ADDITIONAL_LEAST = 62;
const ADDITIONAL_MOST = 190;
const ADDITIONAL_HEAD = TITLE + 9;
/** An item of up to so many lines is not divided between two pages. */
const UNDIVIDED = 12;

/** A piece of the flow below the head. */
export type Piece =
  | { readonly kind: "title"; readonly height: number; readonly text: string }
  | { readonly kind: "row"; readonly height: number; readonly cells: readonly Cell[] }
  | { readonly kind: "columns"; readonly height: number }
  | { readonly kind: "notice"; readonly height: number; readonly text: string }
  | { readonly kind: "line"; readonly height: number; readonly line: Line };

export interface PagePlan {
  /** Where the flow begins. */
  readonly top: number;
  /** Where it must end. */
  readonly limit: number;
  readonly pieces: readonly Piece[];
}

export interface Plan {
  readonly edges: readonly Edge[];
  readonly pages: readonly PagePlan[];
  /** Lines of the box at the foot of the first page; what does not fit stands after the items. */
  readonly additional: readonly string[];
}

/** Divides a paper into pages. */
export function planOf(danfe: Danfe): Plan {
  const edges = edgesOf(danfe.columns, MARGIN, WIDTH);
  const inBox = wrapAll(danfe.additional, WIDTH * ADDITIONAL_SHARE - 8);
  const room = Math.floor((ADDITIONAL_MOST - ADDITIONAL_HEAD) / LINE);
  // What does not fit in the box goes on after the items.
  const fits = inBox.length <= room;
  const additional = fits ? inBox : inBox.slice(0, room - 1);
  const height = Math.max(
    ADDITIONAL_LEAST,
    ADDITIONAL_HEAD + (additional.length + (fits ? 0 : 1)) * LINE + 4,
  );
  const pages = new Pages(BOTTOM - height);
  for (const notice of danfe.notices)
    for (const text of wrapped(notice, 8, WIDTH - 8, "bold"))
      pages.add([{ kind: "notice", height: 10, text }]);
  for (const block of danfe.blocks) addBlock(pages, block);
  const columns: Piece[] = [
    { kind: "title", height: TITLE, text: "DADOS DOS PRODUTOS / SERVIÇOS" },
    { kind: "columns", height: COLUMN_HEAD },
  ];
  pages.repeat(columns);
  for (const item of danfe.items) {
    const lines = linesOf(item, edges).map(lineOf);
    if (lines.length <= UNDIVIDED) pages.add(lines);
    else for (const line of lines) pages.add([line]);
  }
  pages.repeat([]);
  for (const block of danfe.after) addBlock(pages, block);
  if (!fits) {
    pages.add([
      { kind: "title", height: TITLE + 2, text: "INFORMAÇÕES COMPLEMENTARES (CONTINUAÇÃO)" },
    ]);
    for (const text of inBox.slice(room - 1)) pages.add([lineOf({ kind: "text", text })]);
  }
  return {
    edges,
    pages: pages.all,
    additional: fits ? additional : [...additional, "(continua depois dos itens)"],
  };
}

const lineOf = (line: Line): Piece => ({ kind: "line", height: LINE, line });

const wrapAll = (texts: readonly string[], width: number): string[] =>
  texts.flatMap((text) => wrapped(text, ADDITIONAL_SIZE, width));

/** A title stays with its first row. */
function addBlock(pages: Pages, { title, rows }: Block): void {
  rows.forEach((cells, at) => {
    const row: Piece = { kind: "row", height: ROW, cells };
    pages.add(at === 0 ? [{ kind: "title", height: TITLE, text: title }, row] : [row]);
  });
}

/** Fills pages with pieces. */
class Pages {
  readonly all: { top: number; limit: number; pieces: Piece[] }[] = [];
  private used = 0;
  private head: readonly Piece[] = [];

  constructor(firstLimit: number) {
    this.all.push({ top: MARGIN + RECEIPT_HEIGHT + HEAD_HEIGHT, limit: firstLimit, pieces: [] });
  }

  /** Pieces that stand here and at the beginning of each further page, until others are given. */
  repeat(pieces: readonly Piece[]): void {
    if (pieces.length > 0) this.add(pieces);
    this.head = pieces;
  }

  /** Adds pieces that stay together. */
  add(pieces: readonly Piece[]): void {
    const height = heightOf(pieces);
    const page = this.all.at(-1);
    if (page !== undefined && page.top + this.used + height <= page.limit) {
      page.pieces.push(...pieces);
      this.used += height;
      return;
    }
    this.all.push({
      top: MARGIN + HEAD_HEIGHT,
      limit: BOTTOM,
      pieces: [...this.head, ...pieces],
    });
    this.used = heightOf(this.head) + height;
  }
}

const heightOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { height }) => sum + height, 0);
