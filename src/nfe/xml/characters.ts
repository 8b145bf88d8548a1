/** Classes of UTF-16 units, as bits of one table: the scanner needs one table access per character. */
export const TEXT_STOP = 1;
export const VALUE_STOP = 2;
export const NAME_START = 4;
export const NAME = 8;
const ILLEGAL = 16;

export const TAB = 0x09;
export const LF = 0x0a;
export const SPACE = 0x20;
export const BANG = 0x21;
export const DOUBLE_QUOTE = 0x22;
export const AMP = 0x26;
export const SINGLE_QUOTE = 0x27;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const LT = 0x3c;
export const EQUALS = 0x3d;
export const GT = 0x3e;
export const QUESTION = 0x3f;
export const CLOSE_BRACKET = 0x5d;

/** NameStartChar of XML 1.0 (fifth edition) without the colon, inside the first plane. */
// biome-ignore format: rows of a table
const NAME_START_RANGES = [
  [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a], [0xc0, 0xd6], [0xd8, 0xf6], [0xf8, 0x2ff], [0x370, 0x37d],
  [0x37f, 0x1fff], [0x200c, 0x200d], [0x2070, 0x218f], [0x2c00, 0x2fef], [0x3001, 0xd7ff],
  [0xf900, 0xfdcf], [0xfdf0, 0xfffd],
] as const;
/** The other characters of NameChar. */
// biome-ignore format: rows of a table
const NAME_ONLY_RANGES = [[0x2d, 0x2e], [0x30, 0x39], [0xb7, 0xb7], [0x300, 0x36f], [0x203f, 0x2040]] as const;
/** Not a Char (XML 1.0, 2.2); surrogates stop every loop, and the slow path looks whether they are a pair. */
// biome-ignore format: rows of a table
const ILLEGAL_RANGES = [[0x00, 0x08], [0x0b, 0x0c], [0x0e, 0x1f], [0xd800, 0xdfff], [0xfffe, 0xffff]] as const;

function table(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  const mark = (from: number, to: number, bits: number) => {
    for (let code = from; code <= to; code++) classes[code] = (classes[code] ?? 0) | bits;
  };
  for (const [from, to] of NAME_START_RANGES) mark(from, to, NAME_START | NAME);
  for (const [from, to] of NAME_ONLY_RANGES) mark(from, to, NAME);
  for (const [from, to] of ILLEGAL_RANGES) mark(from, to, ILLEGAL | TEXT_STOP | VALUE_STOP);
  for (const code of [LT, AMP]) mark(code, code, TEXT_STOP | VALUE_STOP);
  mark(CLOSE_BRACKET, CLOSE_BRACKET, TEXT_STOP);
  for (const code of [TAB, LF, DOUBLE_QUOTE, SINGLE_QUOTE]) mark(code, code, VALUE_STOP);
  return classes;
}

export const CLASS = table();

/** Char of XML 1.0, 2.2, for a code point. */
export function isChar(point: number): boolean {
  if (point < SPACE) return point === TAB || point === LF || point === 0x0d;
  return (
    point <= 0xd7ff ||
    (point >= 0xe000 && point <= 0xfffd) ||
    (point >= 0x10000 && point <= 0x10ffff)
  );
}

/** The unit at `at` and the next one are a surrogate pair. */
export function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Index of the first unit in [from, to) that is no Char, or -1. */
export function illegalAt(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (((CLASS[text.charCodeAt(at)] ?? ILLEGAL) & ILLEGAL) === 0) continue;
    if (!isPair(text, at)) return at;
    at++;
  }
  return -1;
}

/** Index after the NCName that begins at `at`; `at` itself when none begins there. */
export function nameEnd(text: string, at: number): number {
  let end = at;
  let wanted = NAME_START;
  for (;;) {
    while (((CLASS[text.charCodeAt(end)] ?? 0) & wanted) !== 0) {
      end++;
      wanted = NAME;
    }
    // U+10000 to U+EFFFF are name characters: pairs whose first half is below U+DB80
    if (!(text.charCodeAt(end) < 0xdb80 && isPair(text, end))) return end;
    end += 2;
    wanted = NAME;
  }
}

/** Index of the first unit from `at` on that is no blank (line ends are already LF). */
export function blanksEnd(text: string, at: number): number {
  let end = at;
  let code = text.charCodeAt(end);
  while (code === SPACE || code === LF || code === TAB) code = text.charCodeAt(++end);
  return end;
}
