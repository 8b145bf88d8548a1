import { DIRECTION_RULES } from "./direction-rules.ts";
import { HOLD_RULES } from "./hold-rules.ts";
import { ITEM_RULES } from "./item-rules.ts";

/**
 * The version of everything that decides a verdict: these rules, the CFOP table, the landed cost and its taxes. It is stored with each
 * verdict; a PENDENTE note with an older one is judged again before it is approved, and by maintenance. Raise it by one with
 * every change that may alter a verdict: test/ingest/verdict/rules-version.test.ts fails otherwise.
 */
export const RULES_VERSION = 11;

/**
 * The one table of the verdict: the direction of the note, what each item does, and the holds and findings of the whole note.
 * Every decision of `classify` is a row of it. A row has a name and a source; src/messages has its sentence.
 */
export const RULES = { direction: DIRECTION_RULES, item: ITEM_RULES, note: HOLD_RULES } as const;
