import { BANG, blanksEnd, illegalAt, LT, nameEnd, QUESTION } from "./characters.ts";
import { Flaw } from "./flaw.ts";

const S = "[ \\t\\n]";
const DECLARATION = new RegExp(
  `<\\?xml${S}+version${S}*=${S}*(?:"1\\.[0-9]+"|'1\\.[0-9]+')` +
    `(?:${S}+encoding${S}*=${S}*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?` +
    `(?:${S}+standalone${S}*=${S}*(?:"(?:yes|no)"|'(?:yes|no)'))?${S}*\\?>`,
  "y",
);

/** Index after a byte order mark and an XML declaration, where there are any. */
export function declarationEnd(text: string): number {
  const at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (!text.startsWith("<?xml", at) || nameEnd(text, at + 2) !== at + 5) return at;
  DECLARATION.lastIndex = at;
  const match = DECLARATION.exec(text);
  if (match === null) throw new Flaw("declaration", at);
  return at + match[0].length;
}

/** Index after the comment that begins at `at`. */
export function commentEnd(text: string, at: number): number {
  if (!text.startsWith("<!--", at)) {
    if (text.startsWith("<!DOCTYPE", at)) throw new Flaw("doctype", at);
    throw new Flaw("unknown_markup", at);
  }
  const end = text.indexOf("--", at + 4);
  if (end === -1) throw new Flaw("comment_without_end", at);
  if (text[end + 2] !== ">") throw new Flaw("hyphens_in_comment", end);
  legal(text, at, end);
  return end + 3;
}

/** Index after the processing instruction that begins at `at`. */
export function instructionEnd(text: string, at: number): number {
  const end = text.indexOf("?>", at + 2);
  if (end === -1) throw new Flaw("instruction_without_end", at);
  const name = nameEnd(text, at + 2);
  if (name === at + 2 || (name !== end && blanksEnd(text, name) === name))
    throw new Flaw("instruction_name", at);
  if (/^xml$/i.test(text.slice(at + 2, name))) throw new Flaw("declaration_not_first", at);
  legal(text, at, end);
  return end + 2;
}

/** Index after blanks, comments and processing instructions: the content allowed before and after the root. */
export function miscellanyEnd(text: string, from: number): number {
  for (let at = blanksEnd(text, from); ; at = blanksEnd(text, at)) {
    if (text.charCodeAt(at) !== LT) return at;
    const next = text.charCodeAt(at + 1);
    if (next === BANG) at = commentEnd(text, at);
    else if (next === QUESTION) at = instructionEnd(text, at);
    else return at;
  }
}

/** Fails at the first unit in [from, to) that XML does not allow. */
export function legal(text: string, from: number, to: number): void {
  const at = illegalAt(text, from, to);
  if (at !== -1) throw new Flaw("illegal_character", at);
}
