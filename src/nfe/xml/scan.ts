import { err, ok, type Result } from "../../lib/result.ts";
import { attributesOf, resolved } from "./attributes.ts";
import {
  AMP,
  BANG,
  blanksEnd,
  CLASS,
  CLOSE_BRACKET,
  COLON,
  GT,
  isPair,
  LT,
  nameEnd,
  QUESTION,
  SLASH,
  TEXT_STOP,
} from "./characters.ts";
import { LIMITS, type XmlAttribute, type XmlElement } from "./element.ts";
import { Flaw, located, type XmlFlaw } from "./flaw.ts";
import { declare, OUTERMOST, resolve, type Scope } from "./namespaces.ts";
import { commentEnd, declarationEnd, instructionEnd, legal, miscellanyEnd } from "./prolog.ts";
import { reference } from "./references.ts";

/** An element that is still being built. */
interface Open {
  readonly name: string;
  readonly ns: string;
  readonly attributes: readonly XmlAttribute[];
  children: Open[];
  text: string;
}

/** Shared by every element without children: never written to. */
const NONE: Open[] = [];
const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

/** What a caller may ask beyond a tree. */
export interface ScanOptions {
  /** Longest text in UTF-16 units, in place of LIMITS.text. */
  readonly textLimit?: number;
  /** Gets the place of each element that is no deeper than SPAN_DEPTH: from its `<` to behind its end, in UTF-16 units. */
  readonly spans?: Map<XmlElement, Span>;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

const SPAN_DEPTH = 12;

/**
 * Reads a text as XML 1.0 with namespaces, strictly, into a light tree; docs/adr/0001 gives the reasons for an own scanner.
 * DOCTYPE is refused, so no entity is ever defined. Bounded by LIMITS; time is linear in the text, and the stack does
 * not grow with its depth. Fails with the reason, line and column. Offsets are those of `normalizedLines(input)`.
 */
export function parseXml(input: string, options: ScanOptions = {}): Result<XmlElement, XmlFlaw> {
  const text = normalizedLines(input);
  try {
    return ok(
      new Scanner(text, options.textLimit ?? LIMITS.text, options.spans ?? null).document(),
    );
  } catch (error) {
    if (error instanceof Flaw) return err(located(error, text));
    throw error;
  }
}

/** Line ends as XML 1.0, 2.11 has them; two plain replacements take a tenth of the time of one by a pattern. */
export const normalizedLines = (input: string): string =>
  input.includes("\r") ? input.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : input;

class Scanner {
  private at = 0;
  private elements = 0;
  private depth = 0;
  private readonly open: Open[] = [];
  private readonly tags: string[] = [];
  private readonly scopes: Scope[] = [OUTERMOST];
  /** Names seen, by a cheap hash: equal names are one string, so that readers compare pointers. */
  private readonly names: string[] = new Array(256).fill("");

  constructor(
    private readonly text: string,
    private readonly textLimit: number,
    private readonly spans: Map<XmlElement, Span> | null,
  ) {}

  document(): XmlElement {
    const { text } = this;
    this.at = miscellanyEnd(text, declarationEnd(text));
    if (this.at >= text.length) throw new Flaw("empty", this.at);
    if (text.charCodeAt(this.at) !== LT) throw new Flaw("text_before_root", this.at);
    const root = this.startTag();
    if (this.depth > 0) this.content(root);
    const end = miscellanyEnd(text, this.at);
    if (end < text.length) throw new Flaw("content_after_root", end);
    return root;
  }

  /** Reads from after the root's start tag to after its end tag. */
  private content(root: Open): void {
    const { text, open, tags, textLimit } = this;
    let current = root;
    /** The pieces of text since the last tag, split by references, comments and CDATA. */
    let run = "";
    let at = this.at;
    for (;;) {
      const start = at;
      at = blanksEnd(text, at);
      const blank = text.charCodeAt(at) === LT;
      if (!blank) at = textEnd(text, at);
      if (run.length + at - start > textLimit) throw new Flaw("text_too_long", start, textLimit);
      if (text.charCodeAt(at) === AMP) {
        const { character, length } = reference(text, at);
        run += text.slice(start, at) + character;
        at += length;
        continue;
      }
      const next = text.charCodeAt(at + 1);
      if (next === SLASH) {
        const end = closeEnd(text, at, tags[this.depth - 1] ?? "");
        if (current.children === NONE) current.text = run + text.slice(start, at);
        else if (run !== "" || !blank) this.addText(current, run + text.slice(start, at), at);
        run = "";
        at = end;
        if (this.spans !== null) this.closed(current, end);
        this.depth--;
        const outer = open[this.depth - 1];
        if (outer === undefined) break;
        current = outer;
      } else if (next === BANG || next === QUESTION) {
        const end = this.aside(at, next);
        const inside = text.startsWith("<![", at) ? text.slice(at + CDATA.length, end - 3) : "";
        run += text.slice(start, at) + inside;
        at = end;
      } else {
        if (run !== "" || !blank) this.addText(current, run + text.slice(start, at), at);
        run = "";
        this.at = at;
        const child = this.startTag();
        if (current.children === NONE) current.children = [child];
        else current.children.push(child);
        at = this.at;
        current = open[this.depth - 1] ?? current;
      }
    }
    this.at = at;
  }

  /** Index after the comment, CDATA section or processing instruction at `at`. */
  private aside(at: number, next: number): number {
    const { text } = this;
    if (next === QUESTION) return instructionEnd(text, at);
    if (!text.startsWith(CDATA, at)) return commentEnd(text, at);
    const end = text.indexOf("]]>", at + CDATA.length);
    if (end === -1) throw new Flaw("cdata_without_end", at);
    legal(text, at, end);
    return end + 3;
  }

  /** Reads a start tag; the element stays open unless its tag is an empty one. */
  private startTag(): Open {
    const { text } = this;
    const start = this.at;
    if (++this.elements > LIMITS.elements)
      throw new Flaw("too_many_elements", start, LIMITS.elements);
    if (this.depth >= LIMITS.depth) throw new Flaw("too_deep", start, LIMITS.depth);
    let prefix = "";
    let from = start + 1;
    let end = nameEnd(text, from);
    if (text.charCodeAt(end) === COLON && end > from) {
      prefix = this.interned(from, end);
      from = end + 1;
      end = nameEnd(text, from);
    }
    if (end === from) throw new Flaw("element_name", start);
    const name = this.interned(from, end);
    const outer = this.scopes[this.depth] ?? OUTERMOST;
    let scope = outer;
    let attributes = NO_ATTRIBUTES;
    let code = text.charCodeAt(end);
    let at = end;
    if (code !== GT) {
      const found = attributesOf(text, end);
      at = found.end;
      code = text.charCodeAt(at);
      if (found.written.length > 0) {
        scope = declare(outer, found.written, start);
        attributes = resolved(found.written, scope, start);
      }
    }
    const ns = prefix === "" ? scope.base : resolve(scope, prefix, start);
    const element: Open = { name, ns, attributes, children: NONE, text: "" };
    if (code === SLASH) {
      if (text.charCodeAt(at + 1) !== GT) throw new Flaw("slash_in_tag", at);
      this.at = at + 2;
      if (this.spans !== null && this.depth < SPAN_DEPTH)
        this.spans.set(element, { from: start, to: this.at });
      return element;
    }
    if (this.spans !== null && this.depth < SPAN_DEPTH)
      this.spans.set(element, { from: start, to: start });
    this.open[this.depth] = element;
    this.tags[this.depth] = prefix === "" ? name : `${prefix}:${name}`;
    this.depth++;
    this.scopes[this.depth] = scope;
    this.at = at + 1;
    return element;
  }

  private closed(element: Open, to: number): void {
    const span = this.spans?.get(element);
    if (span !== undefined) this.spans?.set(element, { ...span, to });
  }

  /** Adds text to an element that has children, unless it is only the blanks between them. */
  private addText(element: Open, piece: string, at: number): void {
    if (ONLY_BLANKS.test(piece)) return;
    if (element.text.length + piece.length > this.textLimit)
      throw new Flaw("text_too_long", at, this.textLimit);
    element.text += piece;
  }

  /** The name in [from, to): the string seen before where there is one. */
  private interned(from: number, to: number): string {
    const { text, names } = this;
    const length = to - from;
    const slot =
      (length * 31 +
        text.charCodeAt(from) * 7 +
        text.charCodeAt(to - 1) * 13 +
        text.charCodeAt(from + (length >> 1))) &
      255;
    const known = names[slot] ?? "";
    if (known.length === length && text.startsWith(known, from)) return known;
    const name = text.slice(from, to);
    names[slot] = name;
    return name;
  }
}

const CDATA = "<![CDATA[";
const ONLY_BLANKS = /^[ \t\n]*$/;

/** Index of the next `<` or `&`; fails at what may not stand in text. */
function textEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (((CLASS[text.charCodeAt(at)] ?? TEXT_STOP) & TEXT_STOP) === 0) at++;
    const code = text.charCodeAt(at);
    if (code === LT || code === AMP) return at;
    if (code === CLOSE_BRACKET) {
      if (text.startsWith("]]>", at)) throw new Flaw("cdata_end_in_text", at);
      at++;
    } else if (isPair(text, at)) at += 2;
    else if (at >= text.length) throw new Flaw("cut_off", at);
    else throw new Flaw("illegal_character", at);
  }
}

/** Index after the end tag that begins at `at` and must close `tag`. */
function closeEnd(text: string, at: number, tag: string): number {
  if (text.startsWith(tag, at + 2)) {
    const end = at + 2 + tag.length;
    if (text.charCodeAt(end) === GT) return end + 1;
    const blanks = blanksEnd(text, end);
    if (text.charCodeAt(blanks) === GT) return blanks + 1;
  }
  if (text.indexOf(">", at) === -1) throw new Flaw("cut_off", at);
  throw new Flaw("wrong_end_tag", at, tag.slice(0, 60));
}
