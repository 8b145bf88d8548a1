import { isChar } from "./characters.ts";
import { Flaw } from "./flaw.ts";

const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#([0-9]+)|#x([0-9A-Fa-f]+));/y;
const NAMED = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * The reference that begins at `at` (an ampersand): its character, and how long it is as written.
 * Only the five predefined entities and characters exist, because there is no DOCTYPE; anything else fails.
 */
export function reference(text: string, at: number): { character: string; length: number } {
  REFERENCE.lastIndex = at;
  const match = REFERENCE.exec(text);
  if (match === null) throw new Flaw("unknown_entity", at);
  const [whole, name, decimal, hexadecimal] = match;
  if (name !== undefined) return { character: NAMED.get(name) ?? "", length: whole.length };
  const point = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
  if (!isChar(point)) throw new Flaw("illegal_reference", at);
  return { character: String.fromCodePoint(point), length: whole.length };
}
