import { WHOSE } from "./direction-rules.ts";
import { NOTE } from "./hold-rules.ts";
import { ITEM } from "./item-rules.ts";

/**
 * The version of everything that a verdict is made of: these rules, the CFOP table, the landed cost. It is stored with each
 * verdict; a PENDENTE note with an older one is judged again before it is approved, and by maintenance. Raise it by one with
 * every change of what a note may get: test/ingest/verdict/rules-version.test.ts fails otherwise.
 */
export const RULES_VERSION = 6;

/**
 * The one table of the verdict: whose the note is, what each item is, and what the note as a whole waits for.
 * Every decision of `classify` is a row of it; a row has a name, a source, and a sentence for people.
 */
export const RULES = { whose: WHOSE, item: ITEM, note: NOTE } as const;
