import { ITEM } from "./goods.ts";
import { NOTE } from "./waits.ts";
import { WHOSE } from "./whose.ts";

/**
 * The one table of the verdict: whose the note is, what each item is, and what the note as a whole waits for.
 * Every decision of `classify` is a row of it; a row has a name, a source, and a sentence for people.
 */
export const RULES = { whose: WHOSE, item: ITEM, note: NOTE } as const;
