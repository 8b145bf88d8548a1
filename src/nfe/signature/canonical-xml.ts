import { attributesOf } from "../xml/attributes.ts";
import { BANG, COLON, nameEnd, QUESTION, SLASH } from "../xml/characters.ts";
import { isDeclaration, type Written } from "../xml/namespaces.ts";
import { commentEnd, declarationEnd, instructionEnd } from "../xml/prolog.ts";
import { reference } from "../xml/references.ts";

/** Namespaces in force by prefix, "" for the default one, as they were written. */
type InForce = ReadonlyMap<string, string>;

const NONE: InForce = new Map();

/** A note has one or two namespaces; what has many was made to be dear, as each element that declares one copies them. */
const MAX_NAMESPACES = 16;

/** A start tag as it stands in the text. */
interface StartTag {
  /** With its prefix. */
  readonly name: string;
  readonly attributes: readonly Written[];
  readonly empty: boolean;
  readonly end: number;
}

/**
 * Canonical XML 1.0 without comments (the only form that the NF-e schema allows) of one element with all that is in it:
 * the `nth` start tag of the document, counted from 0 in document order.
 * `text` must be one that parseXml accepts, with LF line ends. Null, that is, not to be verified, when a comment, a CDATA
 * section or a processing instruction stands inside the element, when an element before it or around it has an `xml:` attribute,
 * or when more than 16 namespaces are in force: no emitter writes so.
 */
export function canonicalXml(text: string, nth: number): string | null {
  const inForce: InForce[] = [NONE];
  const out: string[] = [];
  let seen = 0;
  /** How many elements were open around the wanted one; -1 before it. */
  let around = -1;
  for (let at = declarationEnd(text); ; ) {
    const tag = text.indexOf("<", at);
    if (tag === -1) return null;
    const inside = around !== -1;
    if (inside) out.push(escapedText(text.slice(at, tag)));
    const next = text.charCodeAt(tag + 1);
    if (next === BANG || next === QUESTION) {
      if (inside) return null;
      at = asideEnd(text, tag);
      continue;
    }
    if (next === SLASH) {
      const end = qualifiedEnd(text, tag + 2);
      if (inside) out.push(`</${text.slice(tag + 2, end)}>`);
      at = text.indexOf(">", end) + 1;
      inForce.pop();
    } else {
      const start = startTag(text, tag);
      const outer = inForce.at(-1) ?? NONE;
      const own = declared(outer, start.attributes);
      if (own.size > MAX_NAMESPACES) return null;
      const apex = seen++ === nth;
      if (apex) around = inForce.length;
      if (apex || inside) {
        out.push(written(start, own, apex ? NONE : outer));
        if (start.empty) out.push(`</${start.name}>`);
      } else if (start.attributes.some(({ prefix }) => prefix === "xml")) return null;
      if (!start.empty) inForce.push(own);
      at = start.end;
    }
    if (around === inForce.length) return out.join("");
  }
}

/** Index after the comment, CDATA section or processing instruction at `at`. */
function asideEnd(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === QUESTION) return instructionEnd(text, at);
  return text.startsWith("<![CDATA[", at) ? text.indexOf("]]>", at) + 3 : commentEnd(text, at);
}

/** Index after the name, with its prefix, that begins at `at`. */
function qualifiedEnd(text: string, at: number): number {
  const end = nameEnd(text, at);
  return text.charCodeAt(end) === COLON ? nameEnd(text, end + 1) : end;
}

function startTag(text: string, at: number): StartTag {
  const end = qualifiedEnd(text, at + 1);
  const attributes = attributesOf(text, end);
  const empty = text.charCodeAt(attributes.end) === SLASH;
  return {
    name: text.slice(at + 1, end),
    attributes: attributes.written,
    empty,
    end: attributes.end + (empty ? 2 : 1),
  };
}

/** The namespaces in force inside an element. */
function declared(outer: InForce, attributes: readonly Written[]): InForce {
  const own = attributes.filter(isDeclaration);
  if (own.length === 0) return outer;
  const inside = new Map(outer);
  for (const { prefix, name, value } of own) inside.set(prefix === "" ? "" : name, value);
  return inside;
}

/** The start tag in canonical form: declarations that `outer` does not have already, then the attributes, each in order. */
function written({ name, attributes }: StartTag, own: InForce, outer: InForce): string {
  let tag = `<${name}`;
  if (own !== outer) {
    const fresh = [...own].filter(
      ([prefix, uri]) => prefix !== "xml" && uri !== (outer.get(prefix) ?? ""),
    );
    for (const [prefix, uri] of fresh.sort(([a], [b]) => order(a, b)))
      tag += ` xmlns${prefix === "" ? "" : `:${prefix}`}="${escapedValue(uri)}"`;
  }
  const plain = attributes.filter((attribute) => !isDeclaration(attribute));
  const ns = ({ prefix }: Written) => (prefix === "" ? "" : (own.get(prefix) ?? prefix));
  for (const attribute of plain.sort((a, b) => order(ns(a), ns(b)) || order(a.name, b.name))) {
    const prefix = attribute.prefix === "" ? "" : `${attribute.prefix}:`;
    tag += ` ${prefix}${attribute.name}="${escapedValue(attribute.value)}"`;
  }
  return `${tag}>`;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const ESCAPED: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

/** Text as it stands, where every `&` begins a reference, in canonical form. */
function escapedText(raw: string): string {
  if (!raw.includes("&") && !raw.includes(">")) return raw;
  return raw.replace(/&[^;]+;|>/g, (found) => {
    const character = found === ">" ? found : reference(found, 0).character;
    return /[&<>\r]/.test(character) ? (ESCAPED[character] ?? character) : character;
  });
}

/** A resolved value in canonical form. */
const escapedValue = (value: string): string =>
  value.replace(/[&<"\t\n\r]/g, (character) => ESCAPED[character] ?? character);
