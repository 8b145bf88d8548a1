import { referencesOf } from "../../nfe/references.ts";
import { DIRECTION_RULES } from "./direction-rules.ts";
import type { RuleInput } from "./rule-input.ts";

/**
 * Whether a complementary note (finNFe 2) changes the cost of goods that entered here: it enters our stock by its direction, and
 * names the notes that it complements.
 */
export const complementsCost = (input: RuleInput): boolean =>
  input.note.ide.finNFe === "2" &&
  DIRECTION_RULES.find((row) => row.applies(input))?.direction === "entry" &&
  referencesOf(input.note).length > 0;
