import type { Finding } from "../../nfe/document.ts";
import type { Hold } from "./failures.ts";

/** What one item does to our stock. `ask`: nobody has told us yet. */
export type Effect = "entry" | "exit" | "none" | "ask";
/** What the note as a whole is for us. */
export type Direction = "entry" | "exit" | "none";

/** A rule that fired, and on what. */
export interface Rule {
  /** Name of the row in ingest/rules.ts, e.g. `whose.supplier_sale`, `cfop.goods`. */
  readonly rule: string;
  /** For people, in Portuguese: what was seen and what follows. */
  readonly message: string;
  /** The items meant; absent: the whole note. */
  readonly items?: readonly number[];
}

/** What the company makes of a note. Same note and same settings: same verdict. */
export interface Verdict {
  readonly direction: Direction;
  /** One effect per item, in the order of `note.items`. */
  readonly effects: readonly Effect[];
  /**
   * For each item, whether what it costs landed is a cost to us where it enters: not for goods that come back, whose value is
   * the price at which they were sold.
   */
  readonly bringsCost: readonly boolean[];
  /** Empty: the note may enter stock by itself. */
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  readonly rules: readonly Rule[];
  /** The emitter is the company: its cProd is our own code. */
  readonly issuedByUs: boolean;
}
