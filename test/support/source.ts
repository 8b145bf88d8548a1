import { SyntaxKind } from "typescript/unstable/ast";
import { createScanner } from "typescript/unstable/ast/scanner";

/** A token of TypeScript. Comments and blanks are no tokens; a string or a template is one, with its quotes. */
export interface Token {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Index of its first character. */
  readonly start: number;
  /** The value of a string; null for any other token. */
  readonly string: string | null;
}

/** After one of these a slash is a division; elsewhere it begins a regular expression. */
const ENDS_VALUE = /^(?:[\w$]+|["'`].*|[)\]}]|.*`)$/s;
const OPENS_VALUE = /^(?:return|typeof|case|in|of|void|delete|throw|new|await|yield|else)$/;

/** Tokens of TypeScript's scanner, corrected where only the parser knows: the rest of a template, and a slash that begins a pattern. */
export function tokensOf(source: string): Token[] {
  const scanner = createScanner(true);
  scanner.setText(source);
  const tokens: Token[] = [];
  /** Open braces; true for one that a template opened. */
  const braces: boolean[] = [];
  let line = 1;
  let counted = 0;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    const last = tokens.at(-1)?.text ?? "";
    if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
      if (!ENDS_VALUE.test(last) || OPENS_VALUE.test(last)) kind = scanner.reScanSlashToken();
    } else if (kind === SyntaxKind.CloseBraceToken && braces.pop() === true)
      kind = scanner.reScanTemplateToken(false);
    if (kind === SyntaxKind.OpenBraceToken) braces.push(false);
    if (kind === SyntaxKind.TemplateHead || kind === SyntaxKind.TemplateMiddle) braces.push(true);
    const start = scanner.getTokenStart();
    line += source.slice(counted, start).split("\n").length - 1;
    counted = start;
    const string = kind === SyntaxKind.StringLiteral ? scanner.getTokenValue() : null;
    tokens.push({ text: scanner.getTokenText(), line, start, string });
  }
  return tokens;
}

/** The same source without the words between its tags (they are Portuguese: `as` is no cast there) and without end tags; lines stay. */
export function withoutMarkup(source: string): string {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, " ");
  return source
    .replaceAll(
      /(?<![=-])>[^<>{}=;]+(?=<\/?[A-Za-z]|<>|<\/>|\{)/g,
      (text) => `>${blank(text.slice(1))}`,
    )
    .replaceAll(/\}[^<>{}=;:]+(?=<\/|<[a-z]+[\s>]|\{" "\})/g, (text) => `}${blank(text.slice(1))}`)
    .replaceAll(/<\/[\w.]*>/g, blank)
    .replaceAll("/>", " >");
}

/** One import of a file, in any form. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `url`: `new URL("./x.ts", import.meta.url)`, as a thread is started. `computed`: a path that is known only at run time. */
  readonly how: "import" | "re-export" | "call" | "url" | "computed";
  /** `import type`: no code of the file runs. */
  readonly types: boolean;
}

/** Every import of a file: static, of types, for its side effect, re-exported, called, as a type, as a URL. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (const [at, { text, line }] of tokens.entries()) {
    const next = tokens[at + 1];
    if (text === "import" && next?.text === "(") {
      const specifier = tokens[at + 2]?.string ?? null;
      const how = specifier === null ? "computed" : "call";
      found.push({ specifier: specifier ?? "", line, how, types: false });
    } else if (text === "URL" && next?.text === "(" && tokens[at + 3]?.text === ",") {
      const specifier = tokens[at + 2]?.string ?? null;
      if (specifier?.endsWith(".ts") && tokens[at + 4]?.text === "import")
        found.push({ specifier, line, how: "url", types: false });
    } else if ((text === "import" && next?.text !== ".") || isReExport(tokens, at)) {
      const { specifier } = clauseAt(tokens, at);
      const how = text === "import" ? "import" : "re-export";
      if (specifier !== null) found.push({ specifier, line, how, types: next?.text === "type" });
    } else if (text === "require" && next?.text === "(" && tokens[at - 1]?.text !== ".")
      found.push({ specifier: tokens[at + 2]?.string ?? "", line, how: "call", types: false });
  }
  return found;
}

/** `export * …`, `export { … }`, `export type { … }`. */
function isReExport(tokens: readonly Token[], at: number): boolean {
  const [word, next, after] = tokens.slice(at, at + 3).map(({ text }) => text);
  if (word !== "export") return false;
  return next === "*" || next === "{" || (next === "type" && (after === "{" || after === "*"));
}

/** The clause that begins at `at`: its specifier, null when it names no file, and the index of its last token. */
function clauseAt(tokens: readonly Token[], at: number): { specifier: string | null; end: number } {
  let depth = 0;
  for (let end = at + 1; end < tokens.length; end++) {
    const { text, string } = tokens[end] ?? { text: ";", string: null };
    if (string !== null && depth === 0) return { specifier: string, end };
    if (text === "{") depth += 1;
    if (text === "}") depth -= 1;
    const closed = text === "}" && depth === 0 && tokens[end + 1]?.text !== "from";
    if (text === ";" || closed) return { specifier: null, end };
  }
  return { specifier: null, end: tokens.length };
}

/** Lines of `x as T`. Not `as const`, not a name in an import or an export, not a property called `as`. */
export function castsOf(tokens: readonly Token[]): number[] {
  const lines: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { text, line } = tokens[at] ?? { text: "", line: 0 };
    const [before, after] = [tokens[at - 1]?.text, tokens[at + 1]?.text ?? ""];
    const clause = text === "import" && after !== "(" && after !== ".";
    if (clause || isReExport(tokens, at)) at = clauseAt(tokens, at).end;
    else if (text === "as" && before !== "." && !/^(?:const|[:,;(=.)?])$/.test(after))
      lines.push(line);
  }
  return lines;
}

/** Expressions that read the clock, random numbers or the environment, or do I/O. */
const IMPURE: readonly (readonly string[])[] = [
  ["Date", ".", "now", "("],
  ["new", "Date", "(", ")"],
  ["Math", ".", "random"],
  ["performance", ".", "now"],
  ["process", "."],
  ["Bun", "."],
  ["console", "."],
  ["setTimeout"],
  ["setInterval"],
  ["setImmediate"],
  ["fetch", "("],
];

/** Where a file is not pure: `Date.now(`, `process.` …, and the line. A member of the same name does not count. */
export function impuritiesOf(tokens: readonly Token[]): { what: string; line: number }[] {
  return tokens.flatMap(({ line }, at) => {
    if (tokens[at - 1]?.text === ".") return [];
    return IMPURE.filter((way) => way.every((text, i) => tokens[at + i]?.text === text)).map(
      (way) => ({ what: way.join(" ").replaceAll(/ ?([.()]) ?/g, "$1"), line }),
    );
  });
}
