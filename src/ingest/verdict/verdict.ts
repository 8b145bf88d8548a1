import type { HoldCode } from "./failures.ts";
import type { Applied, NoteRuleParams, RuleParams } from "./rule-params.ts";

/** What one item does to our stock. `ask`: a person must decide. */
export type Effect = "entry" | "exit" | "none" | "ask";
/** What the note as a whole does to our stock. */
export type Direction = "entry" | "exit" | "none";

/** Why a note is held: the rules that applied, in the order of the table; at least one. */
export interface HoldReasons {
  readonly code: HoldCode;
  readonly because: readonly Applied<keyof NoteRuleParams>[];
}

/** An observation that does not hold the note. */
export interface VerdictFinding {
  readonly code: string;
  readonly severity: "info" | "warning";
  /** XPath of the first item meant; null: the whole note. */
  readonly path: string | null;
  readonly because: Applied<keyof NoteRuleParams>;
}

/** A rule that applied, e.g. `whose.supplier_sale`, `cfop.goods`, and to what. */
export type RuleOutcome = Applied<keyof RuleParams> & {
  /** nItem of the items meant; absent: the whole note. */
  readonly items?: readonly number[];
};

/** What the company makes of a note, in codes and params; src/messages has the sentences. Same input: same verdict. */
export interface Verdict {
  readonly direction: Direction;
  /** One effect per item, in the order of `note.items`. */
  readonly effects: readonly Effect[];
  /** For each item, whether its landed cost is a cost to us where it enters: not for goods that come back at a selling price. */
  readonly bringsCost: readonly boolean[];
  /** Empty: the note may enter stock by itself. */
  readonly holds: readonly HoldReasons[];
  readonly findings: readonly VerdictFinding[];
  readonly rules: readonly RuleOutcome[];
  /** The emitter is the company: its cProd is our own code. */
  readonly issuedByUs: boolean;
}
