import { err, ok, type Result } from "../../lib/result.ts";

/** A part of a multipart form. */
export interface FormPart {
  readonly name: string;
  /** Null where the form gives none, empty where it gives an empty one: a field for a file that nobody chose. */
  readonly filename: string | null;
  /** As they were sent; a view of the body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type FormFault = "no_boundary" | "malformed" | "too_many";

/** Parts of a form, and bytes of a part's header: a batch has 500 documents. */
const MOST_PARTS = 5_000;
const HEADER_BYTES = 16_384;
const BOUNDARY_BYTES = 256;

const [CR, LF, DASH, SPACE, TAB] = [0x0d, 0x0a, 0x2d, 0x20, 0x09];
const encoder = new TextEncoder();

/**
 * Reads a whole form (RFC 7578). An own reader, because Bun's and workerd's refuse what others send: names without quotes
 * (RFC 2045, 5.1; .NET), a blank after the boundary. A form without its last boundary is `malformed`: it was cut off.
 */
export function readForm(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
): Result<FormPart[], FormFault> {
  const boundary = encoder.encode(parametersOf(contentType).get("boundary") ?? "");
  if (boundary.length === 0) return err("no_boundary");
  if (boundary.length > BOUNDARY_BYTES) return err("malformed");
  const find = delimiters(bytes, boundary);
  const parts: FormPart[] = [];
  let at = find(0);
  for (let count = 0; at !== null && !at.last; count++) {
    const head = endOfHead(bytes, at.end);
    const next = head === null ? null : find(head.body - 2);
    if (head === null || next === null) return err("malformed");
    if (count === MOST_PARTS) return err("too_many");
    const part = partOf(textOf(bytes.subarray(at.end, head.end)));
    // Between two boundaries there may be nothing at all.
    const content = bytes.subarray(head.body, Math.max(head.body, next.start));
    if (part !== null) parts.push({ ...part, bytes: content });
    at = next;
  }
  return at === null ? err("malformed") : ok(parts);
}

/** A boundary in the body: where the line break before it begins, and where the line after it does. */
interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

/**
 * Finds the next boundary from an offset on: at the beginning of the body or of a line, and alone on its line but for blanks
 * (RFC 2046, 5.1.1), so that a longer word which begins like it is content.
 */
function delimiters(bytes: Uint8Array, boundary: Uint8Array) {
  const word = Uint8Array.of(CR, LF, DASH, DASH, ...boundary);
  return (from: number): Delimiter | null => {
    if (from === 0 && startsWith(bytes, 0, word.subarray(2))) {
      const first = lineOf(bytes, 0, word.length - 2);
      if (first !== null) return first;
    }
    for (
      let start = indexOf(bytes, word, from);
      start >= 0;
      start = indexOf(bytes, word, start + 2)
    ) {
      const found = lineOf(bytes, start, start + word.length);
      if (found !== null) return found;
    }
    return null;
  };
}

/** What follows a boundary's word that ends at `at`. */
function lineOf(bytes: Uint8Array, start: number, at: number): Delimiter | null {
  if (bytes[at] === DASH && bytes[at + 1] === DASH) return { start, end: at + 2, last: true };
  let end = at;
  while (bytes[end] === SPACE || bytes[end] === TAB) end += 1;
  return bytes[end] === CR && bytes[end + 1] === LF ? { start, end: end + 2, last: false } : null;
}

const startsWith = (bytes: Uint8Array, at: number, word: Uint8Array): boolean =>
  word.every((byte, n) => bytes[at + n] === byte);

/** Looks at the whole word only where a line ends: no content takes more than its length. -1: it is not there. */
function indexOf(bytes: Uint8Array, word: Uint8Array, from: number): number {
  for (let at = from; at + word.length <= bytes.length; at++)
    if (bytes[at] === CR && bytes[at + 1] === LF && startsWith(bytes, at, word)) return at;
  return -1;
}

/** Where a part's header ends, and its content begins: after an empty line. */
function endOfHead(bytes: Uint8Array, from: number): { end: number; body: number } | null {
  if (bytes[from] === CR && bytes[from + 1] === LF) return { end: from, body: from + 2 };
  const most = Math.min(bytes.length, from + HEADER_BYTES);
  for (let at = from; at + 3 < most; at++)
    if (bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF)
      return { end: at, body: at + 4 };
  return null;
}

/** Names are UTF-8; what is not was written by a program that knows only one byte a letter. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const DISPOSITION = /^content-disposition:[ \t]*form-data[ \t]*(?=;)/i;

/** What a part's header says of it; null where it is no field of a form. */
function partOf(header: string): Pick<FormPart, "name" | "filename"> | null {
  const line = header
    .replaceAll(/\r\n[ \t]/g, " ")
    .split("\r\n")
    .find((one) => DISPOSITION.test(one));
  if (line === undefined) return null;
  const given = parametersOf(line);
  const name = given.get("name");
  if (name === undefined) return null;
  return { name, filename: extended(given.get("filename*")) ?? given.get("filename") ?? null };
}

/** A value of RFC 8187, which .NET adds where a name has other letters than ASCII; null where it is none. */
function extended(value: string | undefined): string | null {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? "") ?? [];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const BARE = /[^;]*/y;

/**
 * The parameters of a header by their names in small letters; of two with one name the first. A value is a token, blanks
 * around it dropped, or stands in quotes; there `\` means itself but before a quote or another: a path of Windows.
 */
export function parametersOf(header: string): Map<string, string> {
  const given = new Map<string, string>();
  for (let at = header.indexOf(";"); at >= 0; at = header.indexOf(";", at)) {
    const equals = header.indexOf("=", at);
    if (equals < 0) break;
    const name = header.slice(at + 1, equals);
    const last = name.lastIndexOf(";");
    if (last >= 0) {
      at += last + 1;
      continue;
    }
    let from = equals + 1;
    while (header[from] === " " || header[from] === "\t") from += 1;
    QUOTED.lastIndex = BARE.lastIndex = from;
    const quoted = QUOTED.exec(header);
    const value =
      quoted?.[1]?.replaceAll(/\\(["\\])/g, "$1") ?? BARE.exec(header)?.[0].trim() ?? "";
    at = quoted === null ? BARE.lastIndex : QUOTED.lastIndex;
    const key = name.trim().toLowerCase();
    if (!given.has(key)) given.set(key, value);
  }
  return given;
}
