import { allOf, firstOf, textOf } from "../nfe/layout/group.ts";
import type { XmlElement } from "../nfe/xml/element.ts";

/** The first element at a path of names, of the note's own namespaces. */
export function element(from: XmlElement | undefined, ...names: string[]): XmlElement | undefined {
  let at = from;
  for (const name of names) {
    if (at === undefined) return undefined;
    at = firstOf(at, name);
  }
  return at;
}

/** All elements of a name. */
export const elements = (from: XmlElement | undefined, name: string): XmlElement[] =>
  from === undefined ? [] : allOf(from, name);

/** The text of the leaf at a path of names, in one line; undefined where it is absent or empty. */
export function leaf(from: XmlElement | undefined, ...names: string[]): string | undefined {
  const text = textOf(element(from, ...names))?.replaceAll(/\s+/g, " ");
  return text === "" ? undefined : text;
}

/** Reads the leaves of one element. */
export const leavesOf =
  (from: XmlElement | undefined) =>
  (...names: string[]): string | undefined =>
    leaf(from, ...names);

/** The only element of a group whose elements exclude each other (ICMS00, ICMSSN102 …). */
export const choice = (from: XmlElement | undefined): XmlElement | undefined => from?.children[0];
