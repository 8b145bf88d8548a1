import type { JsonFault } from "../failures.ts";
import { err, ok, type Result } from "../lib/result.ts";

/** Levels of arrays and objects, and values in all: a note has 990 items, each with a handful of members. */
const MOST_LEVELS = 32;
const MOST_VALUES = 50_000;
/** Of a name, where it is told. */
const MOST_CHARACTERS = 100;
/** No double is written in more (RFC 8259, 6: what goes beyond binary64 is not interoperable). */
const LONGEST_NUMBER = 400;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;

/**
 * Reads JSON (RFC 8259) that says one thing only. Beyond what `JSON.parse` refuses: a member that stands twice in its object,
 * of which parsers take one or the other; a number that a double does not hold digit by digit, which they round; more than
 * MOST_LEVELS levels or MOST_VALUES values. An own reader, because a reviver sees neither duplicates nor where it is.
 */
export function readStrictJson(text: string): Result<unknown, JsonFault> {
  const fault = new Scan(text).fault();
  return fault === null ? ok(JSON.parse(text)) : err(fault);
}

/** Leaves the scan at the first fault. */
class Stop {
  constructor(readonly fault: JsonFault) {}
}

class Scan {
  private at = 0;
  private values = 0;
  /** The way from the document to where the scan is. */
  private readonly way: (string | number)[] = [];

  constructor(private readonly text: string) {}

  fault(): JsonFault | null {
    try {
      this.blanks();
      if (this.at === this.text.length) return { why: "empty" };
      this.value();
      this.blanks();
      return this.at === this.text.length ? null : this.here("syntax");
    } catch (stop) {
      if (stop instanceof Stop) return stop.fault;
      throw stop;
    }
  }

  private value(): void {
    this.blanks();
    this.values += 1;
    if (this.values > MOST_VALUES) throw new Stop(this.here("too_many"));
    const first = this.text[this.at];
    if (first === "{") this.pieces("}", this.member());
    else if (first === "[") this.pieces("]", this.element());
    else if (first === '"') this.string();
    else if (this.take(WORD) === null) this.number();
  }

  /** What stands between brackets, one piece after another. */
  private pieces(close: string, piece: () => void): void {
    if (this.way.length === MOST_LEVELS) throw new Stop(this.here("too_deep"));
    this.at += 1;
    this.blanks();
    if (this.next(close)) return;
    do piece();
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
      this.way.push(name);
      if (names.has(name)) throw new Stop({ why: "duplicate", path: this.pointer() });
      names.add(name);
      this.blanks();
      this.must(":");
      this.value();
      this.way.pop();
    };
  }

  private element(): () => void {
    let index = 0;
    return () => {
      this.way.push(index);
      this.value();
      this.way.pop();
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
        if (this.take(ESCAPE) === null) throw new Stop(this.here("syntax"));
      } else if (code >= 0x20) this.at += 1;
      // A control character, or (NaN) the end.
      else throw new Stop(this.here("syntax"));
    }
    this.at += 1;
    return String(JSON.parse(this.text.slice(start, this.at)));
  }

  private number(): void {
    const number = this.take(NUMBER);
    if (number === null) throw new Stop(this.here("syntax"));
    if (!isExact(number)) throw new Stop({ why: "inexact", path: this.pointer() });
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
    if (!this.next(character)) throw new Stop(this.here("syntax"));
  }

  private here(why: "syntax" | "too_deep" | "too_many"): JsonFault {
    const before = this.text.slice(0, this.at).split("\n");
    return { why, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  /** Names may be as long as the body. */
  private pointer(): string {
    return jsonPointerOf(this.way.map((step) => String(step).slice(0, MOST_CHARACTERS)));
  }
}

/** A JSON pointer (RFC 6901): the whole document is the empty one. */
export const jsonPointerOf = (way: readonly PropertyKey[]): string =>
  way.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Whether the double nearest to a JSON number is written with the same digits. */
const isExact = (number: string): boolean =>
  number.length <= LONGEST_NUMBER && digitsOf(number) === digitsOf(String(Number(number)));

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** A decimal as its digits, from the first that is not 0 to the last, and a power of ten; null for what is none (Infinity). */
function digitsOf(number: string): string | null {
  const [, sign, whole = "", fraction = "", power = "0"] = PARTS.exec(number) ?? [];
  if (sign === undefined) return null;
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  return `${sign}${digits}e${Number(power) - fraction.length + all.length - digits.length}`;
}
