import type { NfeFieldError } from "../failures.ts";
import type { XmlElement } from "../xml/element.ts";
import { type GroupLayout, NFE_NAMESPACE } from "./layout.ts";

/** Observations while the groups of a document are read. */
export interface Notices {
  /** Names of elements that the layout does not know, as often as they come. */
  readonly unknown: string[];
  /** Elements that come twice where the layout has one. */
  readonly errors: NfeFieldError[];
}

const NOTHING: ReadonlyMap<string, XmlElement> = new Map();

/**
 * The elements of a group by local name, the first of each; those of another namespace count as unknown.
 * An absent group is an empty one. `path` is that of the group, for its errors.
 */
export function groupOf(
  element: XmlElement | undefined,
  layout: GroupLayout,
  path: string,
  notices: Notices,
): ReadonlyMap<string, XmlElement> {
  if (element === undefined) return NOTHING;
  const found = new Map<string, XmlElement>();
  let twice: Set<string> | null = null;
  for (const child of element.children) {
    const { name } = child;
    const repeats = layout.get(name);
    if (repeats === undefined || !belongs(child, element)) notices.unknown.push(name);
    else if (!found.has(name)) found.set(name, child);
    else if (!repeats) twice = (twice ?? new Set()).add(name);
  }
  for (const name of twice ?? [])
    notices.errors.push(repeated(`${path}/${name}[2]`, allOf(element, name)));
  return found;
}

/** All the elements of this name in a group, as groupOf takes them. */
export function allOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name && belongs(child, element));
}

/** The first element of this name in a group, as groupOf takes it. */
export function firstOf(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children)
    if (child.name === name && belongs(child, element)) return child;
  return undefined;
}

/**
 * The one element of this name in a group, as groupOf takes it; undefined where there is none. A second one is reported as
 * a duplicate, so that a document with two is never read by the first alone. `path` is the group's own.
 */
export function onlyOf(
  element: XmlElement,
  name: string,
  path: string,
  notices: Pick<Notices, "errors">,
): XmlElement | undefined {
  let only: XmlElement | undefined;
  for (const child of element.children) {
    if (child.name !== name || !belongs(child, element)) continue;
    if (only === undefined) only = child;
    else {
      notices.errors.push(repeated(`${path}/${name}[2]`, allOf(element, name)));
      break;
    }
  }
  return only;
}

/**
 * The one element in a group whose elements exclude each other (tax situations in ICMS). A second one of any name is
 * reported as a duplicate; elements of another namespace count as unknown and are never chosen.
 */
export function choiceOf(
  element: XmlElement,
  path: string,
  notices: Notices,
): XmlElement | undefined {
  let only: XmlElement | undefined;
  let second: XmlElement | undefined;
  for (const child of element.children) {
    if (!belongs(child, element)) notices.unknown.push(child.name);
    else if (only === undefined) only = child;
    else second ??= child;
  }
  if (second !== undefined) {
    const again = second.name === only?.name ? "[2]" : "";
    const all = element.children.filter((child) => belongs(child, element));
    notices.errors.push(repeated(`${path}/${second.name}${again}`, all));
  }
  return only;
}

/** In its parent's namespace, in that of NF-e or in none; a signature has its own. */
function belongs(child: XmlElement, parent: XmlElement): boolean {
  const { ns } = child;
  return ns === parent.ns || ns === NFE_NAMESPACE || ns === "" || child.name === "Signature";
}

/** Two elements that the layout has as a choice; `path` is that of the one, `beside` the name of the other. */
export const exclusive = (path: string, beside: string): NfeFieldError => ({
  path,
  code: "duplicate",
  reason: "exclusive",
  value: beside,
});

/** `path` is the second one's. */
const repeated = (path: string, duplicates: readonly XmlElement[]): NfeFieldError => ({
  path,
  code: "duplicate",
  reason: "repeated",
  expected: "1",
  got: String(duplicates.length),
});

/** A leaf's text without the blanks at its ends; undefined when it is absent. Elements inside a leaf make it empty. */
export function textOf(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  return element.children.length === 0 ? trimmed(element.text) : "";
}

/** `trim`, which nearly no text needs: most begin and end with a visible character of ASCII. */
function trimmed(text: string): string {
  const { length } = text;
  return length > 0 && isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(length - 1))
    ? text
    : text.trim();
}

const isVisible = (code: number): boolean => code > 0x20 && code < 0x7f;
