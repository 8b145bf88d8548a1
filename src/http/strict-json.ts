import type { JsonFault } from "../failures.ts";
import { err, ok, type Result } from "../lib/result.ts";

/** Levels of arrays and objects, and values in total: a note has 990 items of a few members each. */
const MAX_DEPTH = 32;
const MAX_VALUES = 50_000;
/** Characters of a member's name in a JSON pointer. */
const MAX_NAME_LENGTH = 100;
/** Characters of a number: no double needs more (RFC 8259, 6: numbers beyond binary64 are not interoperable). */
const MAX_NUMBER_LENGTH = 400;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;

/**
 * Parses JSON (RFC 8259) that every parser reads alike. Beyond what `JSON.parse` refuses, it refuses duplicate members (parsers
 * keep the first or the last), numbers that a double would round, more than MAX_DEPTH levels and more than MAX_VALUES values.
 * A scanner of our own, because a reviver of `JSON.parse` sees neither duplicates nor positions.
 */
export function readStrictJson(text: string): Result<unknown, JsonFault> {
  const fault = new Scanner(text).fault();
  return fault === null ? ok(JSON.parse(text)) : err(fault);
}

/** Thrown inside the scanner at the first fault. */
class ScanError {
  constructor(readonly fault: JsonFault) {}
}

class Scanner {
  private at = 0;
  private values = 0;
  /** The path from the root to the current value. */
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  fault(): JsonFault | null {
    try {
      this.blanks();
      if (this.at === this.text.length) return { why: "empty" };
      this.value();
      this.blanks();
      return this.at === this.text.length ? null : this.here("syntax");
    } catch (error) {
      if (error instanceof ScanError) return error.fault;
      throw error;
    }
  }

  private value(): void {
    this.blanks();
    this.values += 1;
    if (this.values > MAX_VALUES) throw new ScanError(this.here("too_many"));
    const first = this.text[this.at];
    if (first === "{") this.list("}", this.member());
    else if (first === "[") this.list("]", this.element());
    else if (first === '"') this.string();
    else if (this.take(WORD) === null) this.number();
  }

  /** The members or elements between two brackets. */
  private list(close: string, entry: () => void): void {
    if (this.path.length === MAX_DEPTH) throw new ScanError(this.here("too_deep"));
    this.at += 1;
    this.blanks();
    if (this.next(close)) return;
    do entry();
    while (this.comma(close));
  }

  private comma(close: string): boolean {
    this.blanks();
    if (this.next(close)) return false;
    this.must(",");
    return true;
  }

  private member(): () => void {
    const names = new Set<string>();
    return () => {
      this.blanks();
      const name = this.string();
      this.path.push(name);
      if (names.has(name)) throw new ScanError({ why: "duplicate", path: this.pointer() });
      names.add(name);
      this.blanks();
      this.must(":");
      this.value();
      this.path.pop();
    };
  }

  private element(): () => void {
    let index = 0;
    return () => {
      this.path.push(index);
      this.value();
      this.path.pop();
      index += 1;
    };
  }

  private string(): string {
    const start = this.at;
    this.must('"');
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        if (this.take(ESCAPE) === null) throw new ScanError(this.here("syntax"));
      } else if (code >= 0x20) this.at += 1;
      // A control character, or (NaN) the end.
      else throw new ScanError(this.here("syntax"));
    }
    this.at += 1;
    return String(JSON.parse(this.text.slice(start, this.at)));
  }

  private number(): void {
    const number = this.take(NUMBER);
    if (number === null) throw new ScanError(this.here("syntax"));
    if (!isExact(number)) throw new ScanError({ why: "inexact", path: this.pointer() });
  }

  private blanks(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }

  private next(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private must(character: string): void {
    if (!this.next(character)) throw new ScanError(this.here("syntax"));
  }

  private here(why: "syntax" | "too_deep" | "too_many"): JsonFault {
    const before = this.text.slice(0, this.at).split("\n");
    return { why, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  /** With names cut to MAX_NAME_LENGTH: a name may be as long as the body. */
  private pointer(): string {
    return jsonPointerOf(this.path.map((step) => String(step).slice(0, MAX_NAME_LENGTH)));
  }
}

/** A JSON pointer (RFC 6901); empty for the whole document. */
export const jsonPointerOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Whether the double nearest to a JSON number is written with the same digits. */
const isExact = (number: string): boolean =>
  number.length <= MAX_NUMBER_LENGTH && digitsOf(number) === digitsOf(String(Number(number)));

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** A decimal number in one form: its digits without zeros at either end, and a power of ten; null for Infinity. */
function digitsOf(number: string): string | null {
  const [, sign, whole = "", fraction = "", power = "0"] = PARTS.exec(number) ?? [];
  if (sign === undefined) return null;
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  return `${sign}${digits}e${Number(power) - fraction.length + all.length - digits.length}`;
}
