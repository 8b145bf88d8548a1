import { type Token, tokensOf } from "../support/source.ts";

/** One small mistake that a developer could make in a file. */
export interface Mutant {
  /** What kind of fault: `comparison`, `sql guard` … */
  readonly kind: string;
  /** 1-based. */
  readonly line: number;
  /** The range of the text that is replaced, and by what. */
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
};
const LOGIC: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" };
const ARITHMETIC: Readonly<Record<string, string>> = { "+": "-", "-": "+", "*": "+" };
const BOOLEANS: Readonly<Record<string, string>> = { true: "false", false: "true" };
const OPENS = "([{";
const CLOSES = ")]}";

/** Every mutant of a source that is worth a run, in the order of the text. */
export function mutantsOf(source: string): Mutant[] {
  const tokens = tokensOf(source);
  const found: Mutant[] = [];
  const add = (kind: string, token: Token, end: number, by: string) =>
    found.push({ kind, line: token.line, start: token.start, end, by });
  const inImport = importLines(tokens);
  tokens.forEach((token, at) => {
    const { text, start } = token;
    const end = start + text.length;
    if (inImport.has(at)) return;
    // A formatter puts blanks around operators and never around the brackets of a type.
    const spaced = /\s/.test(source[start - 1] ?? "") && /\s/.test(source[end] ?? "");
    if (text in COMPARISONS && spaced) add("comparison", token, end, COMPARISONS[text] ?? text);
    else if (text in LOGIC) add("logic", token, end, LOGIC[text] ?? text);
    else if (text in ARITHMETIC && spaced) add("arithmetic", token, end, ARITHMETIC[text] ?? text);
    else if (text === "await" && tokens[at - 1]?.text !== "for") add("await", token, end, "");
    else if (text === "!" && source[end] !== "=") add("negation", token, end, "");
    else if (text in BOOLEANS && !isType(tokens, at))
      add("boolean", token, end, BOOLEANS[text] ?? text);
    else if (/^(?:0|1)$/.test(text) && !isType(tokens, at))
      add("constant", token, end, text === "0" ? "1" : "0");
    else if (text === "if") {
      const exit = earlyExit(tokens, at);
      if (exit !== null)
        add(
          "early exit",
          token,
          exit.start,
          `if (false && ${source.slice(exit.open, exit.start).trimEnd()}) `,
        );
    } else if (text === "statements" || text === "conditions")
      for (const [from, to] of elementsAfter(source, tokens, at))
        found.push({ kind: "statement", line: lineAt(source, from), start: from, end: to, by: "" });
  });
  for (const [from, to] of sqlGuards(source, tokens))
    found.push({ kind: "sql guard", line: lineAt(source, from), start: from, end: to, by: "" });
  return found.sort((a, b) => a.start - b.start);
}

/** The source with one mutant in it. */
export const applied = (source: string, { start, end, by }: Mutant): string =>
  source.slice(0, start) + by + source.slice(end);

const lineAt = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** The indexes of tokens of imports, where nothing is decided. */
function importLines(tokens: readonly Token[]): Set<number> {
  const inside = new Set<number>();
  let open = false;
  tokens.forEach(({ text, string }, at) => {
    if (text === "import" && tokens[at + 1]?.text !== "(") open = true;
    if (open) inside.add(at);
    if (open && string !== null) open = false;
  });
  return inside;
}

/** A literal after `:` or `|` in a type; a value after a name's colon stands in an object, which the line before tells. */
const isType = (tokens: readonly Token[], at: number): boolean =>
  tokens[at - 1]?.text === "|" || tokens[at + 1]?.text === "|" || tokens[at + 1]?.text === "[";

/** For `if (…) return`, `throw` or `continue`: where the condition opens, and where what follows begins. */
function earlyExit(tokens: readonly Token[], at: number): { open: number; start: number } | null {
  let depth = 0;
  for (let i = at + 1; i < tokens.length; i++) {
    const { text = "" } = tokens[i] ?? {};
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (depth > 0) continue;
    const next = tokens[i + 1];
    if (next === undefined || !/^(?:return|throw|continue)$/.test(next.text)) return null;
    return { open: tokens[at + 1]?.start ?? 0, start: next.start };
  }
  return null;
}

/** The elements of `statements: [ … ]` or `const statements = [ … ]`, each with the comma behind it. */
function elementsAfter(
  source: string,
  tokens: readonly Token[],
  at: number,
): (readonly [number, number])[] {
  let i = at + 1;
  // `: [`, `= [`, `: Statement[] = [`
  while (i < at + 8 && !(tokens[i]?.text === "[" && /^[:=]$/.test(tokens[i - 1]?.text ?? "")))
    i += 1;
  if (tokens[i]?.text !== "[") return [];
  const found: (readonly [number, number])[] = [];
  let depth = 0;
  let from = tokens[i + 1]?.start ?? 0;
  for (let n = i; n < tokens.length; n++) {
    const { text = "", start = 0 } = tokens[n] ?? {};
    if (depth === 1 && (text === "," || text === "]")) {
      const to = text === "," ? start + 1 : start;
      if (source.slice(from, to).trim() !== "") found.push([from, to]);
      from = to;
    }
    // The head of a template opens what its tail closes; both are tokens of their own kind.
    if (OPENS.includes(text) || text.endsWith("${")) depth += 1;
    if (CLOSES.includes(text) || (text.startsWith("}") && text.endsWith("`"))) depth -= 1;
    if (depth === 0) return found;
  }
  return [];
}

const SQL = /\b(?:select|insert|update|delete|exists)\b/;
const ENDS_TERM =
  /^\s(?:and|or|order by|group by|limit|returning|on conflict|union|window|having|then|else|end)\b/;

/** The ranges of the terms ` and …` in texts of SQL: a guard each, of a write or of a read. */
function sqlGuards(source: string, tokens: readonly Token[]): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (const { text, start } of tokens) {
    if (!/^[`"}]/.test(text) || !(SQL.test(text) || /\?\d/.test(text))) continue;
    for (const { index } of text.matchAll(/\sand\s/g)) {
      const before = text.slice(Math.max(0, index - 30), index);
      if (/\bbetween\s+\S+$/.test(before)) continue;
      const from = start + index;
      const to = endOfTerm(source, from + 4);
      if (to !== null) found.push([from, to]);
    }
  }
  return found;
}

/** Where a term ends that begins at `from`; null where the text ends before it is closed. */
function endOfTerm(source: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const char = source[at] ?? "";
    if (source.startsWith("${", at) || char === "(") depth += 1;
    if (char === "`" || (char === '"' && depth === 0)) return depth === 0 ? at : null;
    if (char === ")" || char === "}") {
      if (depth === 0) return at;
      depth -= 1;
    }
    if (depth === 0 && at > from && ENDS_TERM.test(source.slice(at, at + 14))) return at;
  }
  return null;
}
