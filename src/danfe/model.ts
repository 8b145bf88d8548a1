/** Where the text of a cell stands. */
export type Align = "left" | "center" | "right";

/** A box of the paper: its label, its text as printed, and its share of the width of its row (the shares of a row are any numbers). */
export interface Cell {
  readonly label: string;
  readonly text: string;
  readonly share: number;
  readonly align: Align;
}

/** A block of boxes under a title. */
export interface Block {
  readonly title: string;
  readonly rows: readonly (readonly Cell[])[];
}

/** A column of the table of items; `share` as in Cell. */
export interface Column {
  readonly label: string;
  readonly share: number;
  readonly align: Align;
}

/** An item: one text for each column, and what is printed below them (lots, other units, IBS and CBS, the issuer's text). */
export interface PrintedItem {
  readonly cells: readonly string[];
  readonly notes: readonly string[];
}

/** An event of the note as it is printed. */
export interface PrintedEvent {
  /** The name of its kind in Portuguese. */
  readonly name: string;
  readonly type: string;
  readonly sequence: number;
  /** dhEvento as in the document. */
  readonly at: string | null;
  readonly protocol: string | null;
  /** xCorrecao or xJust. */
  readonly text: string | null;
}

/** What the service knows of a note beside its document. */
export interface Standing {
  readonly cancelled: boolean;
  readonly events: readonly PrintedEvent[];
  /** How many more events there are than are given. */
  readonly moreEvents: number;
}

/**
 * A note as a paper: the texts of a DANFE as they are printed, in the order in which they are printed (MOC 7.0, annex II; the
 * fields of IBS, CBS, IS and the CRT: NT 2026.010). The page shows it, and pdf/ draws it.
 */
export interface Danfe {
  readonly accessKey: string;
  /** 55: a DANFE; 65: an NFC-e, whose own paper is another. */
  readonly model: "55" | "65";
  readonly title: string;
  readonly subtitle: string;
  /** The access key in groups of four. */
  readonly keyText: string;
  /** Code 128 of the key: widths of bars and spaces in modules, beginning with a bar. */
  readonly barcode: readonly number[];
  /** Across each page, e.g. CANCELADA; empty: none. */
  readonly marks: readonly string[];
  /** Why a mark stands there, and what else the reader must know; whole sentences. */
  readonly notices: readonly string[];
  readonly operation: { readonly code: string; readonly text: string };
  readonly number: string;
  readonly series: string;
  readonly issuer: { readonly name: string; readonly lines: readonly string[] };
  /** The text of the receipt that the recipient signs. */
  readonly receipt: string;
  /** Below the issuer on each page: nature of the operation, protocol, registrations, CRT. */
  readonly head: readonly (readonly Cell[])[];
  readonly blocks: readonly Block[];
  readonly columns: readonly Column[];
  readonly items: readonly PrintedItem[];
  /** After the items. */
  readonly after: readonly Block[];
  /** Additional information, a line each. */
  readonly additional: readonly string[];
}
