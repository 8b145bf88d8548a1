import {
  hasCnpj,
  isEntryNote,
  type RuleInput,
  type RuleRow,
  refusedBeforeEntry,
} from "./rule-input.ts";
import type { DirectionRuleParams } from "./rule-params.ts";
import type { Direction } from "./verdict.ts";

export interface DirectionRule extends RuleRow {
  readonly rule: keyof DirectionRuleParams;
  readonly direction: Direction;
  readonly applies: (input: RuleInput) => boolean;
}

/** Whether the note enters our stock, leaves it, or does not move it; the first row that applies decides. */
export const DIRECTION_RULES: readonly DirectionRule[] = [
  {
    rule: "whose.refused_never_entered",
    source:
      "NT 2025.002, tpNFCredito 03 and 06: an exit for us only when the original had entered here",
    direction: "none",
    applies: refusedBeforeEntry,
  },
  {
    rule: "whose.untold_exit_note",
    source: "Own decision: a company without a configured CNPJ takes every note as addressed to it",
    direction: "entry",
    applies: (input) => !hasCnpj(input) && !isEntryNote(input),
  },
  {
    rule: "whose.untold_entry_note",
    source: "Own decision, with tpNF of leiauteNFe_v4.00, ide",
    direction: "exit",
    applies: (input) => !hasCnpj(input) && isEntryNote(input),
  },
  {
    rule: "whose.our_exit",
    source: "leiauteNFe_v4.00, ide/tpNF: the direction is the emitter's",
    direction: "exit",
    applies: (input) => input.emitIsUs && !isEntryNote(input),
  },
  {
    rule: "whose.our_entry",
    source:
      "leiauteNFe_v4.00, ide/tpNF; own entry notes: import, rural producer, consumer's return",
    direction: "entry",
    applies: (input) => input.emitIsUs && isEntryNote(input),
  },
  {
    rule: "whose.supplier_sale",
    source: "leiauteNFe_v4.00, ide/tpNF and dest",
    direction: "entry",
    applies: (input) => input.destIsUs && !isEntryNote(input),
  },
  {
    rule: "whose.their_entry",
    source: "leiauteNFe_v4.00, ide/tpNF and dest: the other party took goods from us",
    direction: "exit",
    applies: (input) => input.destIsUs && isEntryNote(input),
  },
  {
    rule: "whose.not_ours",
    source: "leiauteNFe_v4.00, emit and dest; autXML, carriers and accountants hold others' notes",
    direction: "none",
    applies: () => true,
  },
];
