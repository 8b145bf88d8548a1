import {
  AMP,
  blanksEnd,
  CLASS,
  COLON,
  DOUBLE_QUOTE,
  EQUALS,
  GT,
  isPair,
  LF,
  LT,
  nameEnd,
  SINGLE_QUOTE,
  SLASH,
  TAB,
  VALUE_STOP,
} from "./characters.ts";
import { LIMITS, type XmlAttribute } from "./element.ts";
import { Flaw } from "./flaw.ts";
import { isDeclaration, resolve, type Scope, type Written } from "./namespaces.ts";
import { reference } from "./references.ts";

/** Reads the attributes of a start tag from after its name; `end` is the index of its `>` or `/`. */
export function attributesOf(text: string, from: number): { written: Written[]; end: number } {
  const written: Written[] = [];
  let at = from;
  for (;;) {
    const start = blanksEnd(text, at);
    const code = text.charCodeAt(start);
    if (code === GT || code === SLASH) return { written, end: start };
    if (start >= text.length) throw new Flaw("cut_in_tag", start);
    if (start === at) throw new Flaw("no_blank_before_attribute", at);
    if (written.length >= LIMITS.attributes)
      throw new Flaw("too_many_attributes", start, LIMITS.attributes);
    let prefix = "";
    let nameStart = start;
    let end = nameEnd(text, start);
    if (text.charCodeAt(end) === COLON && end > start) {
      prefix = text.slice(start, end);
      nameStart = end + 1;
      end = nameEnd(text, nameStart);
    }
    if (end === nameStart) throw new Flaw("attribute_name", nameStart);
    const equals = blanksEnd(text, end);
    if (text.charCodeAt(equals) !== EQUALS) throw new Flaw("attribute_without_value", equals);
    const opening = blanksEnd(text, equals + 1);
    const quote = text.charCodeAt(opening);
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE)
      throw new Flaw("attribute_without_quotes", opening);
    const value = quoted(text, opening + 1, quote);
    written.push({ prefix, name: text.slice(nameStart, end), value: value.value });
    at = value.end;
  }
}

/** A value from after its opening quote, normalised (XML 1.0, 3.3.3); `end` is after the closing one. */
function quoted(text: string, from: number, quote: number): { value: string; end: number } {
  let value = "";
  let start = from;
  let at = from;
  for (;;) {
    while (((CLASS[text.charCodeAt(at)] ?? VALUE_STOP) & VALUE_STOP) === 0) at++;
    if (value.length + at - start > LIMITS.text)
      throw new Flaw("attribute_too_long", from, LIMITS.text);
    const code = text.charCodeAt(at);
    if (code === quote) return { value: value + text.slice(start, at), end: at + 1 };
    if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) {
      at++;
      continue;
    }
    if (isPair(text, at)) {
      at += 2;
      continue;
    }
    value += text.slice(start, at);
    if (code === TAB || code === LF) {
      value += " ";
      at++;
    } else if (code === AMP) {
      const { character, length } = reference(text, at);
      value += character;
      at += length;
    } else if (code === LT) throw new Flaw("less_than_in_attribute", at);
    else if (at >= text.length) throw new Flaw("attribute_without_end", from);
    else throw new Flaw("illegal_character", at);
    start = at;
  }
}

/**
 * The attributes that are not declarations, with their namespaces.
 * Fails on an undeclared prefix, and on two of the same name, also when only their namespace is the same.
 */
export function resolved(
  written: readonly Written[],
  scope: Scope,
  offset: number,
): XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  const seen = new Set<string>();
  for (const attribute of written) {
    const { prefix, name, value } = attribute;
    const declaration = isDeclaration(attribute);
    const ns = prefix === "" || declaration ? "" : resolve(scope, prefix, offset);
    if (written.length > 1) {
      const key = declaration ? `${prefix}:${name}` : ns === "" ? name : `{${ns}}${name}`;
      if (seen.has(key)) throw new Flaw("duplicate_attribute", offset, name);
      seen.add(key);
    }
    if (!declaration) attributes.push({ name, ns, value });
  }
  return attributes;
}
