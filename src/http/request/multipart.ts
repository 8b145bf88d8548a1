import { utf8OrWindows1252 } from "../../lib/decode-text.ts";
import { err, ok, type Result } from "../../lib/result.ts";

/** A part of a multipart form. */
export interface FormPart {
  readonly name: string;
  /** Null for a part without `filename`; empty for a file field that the user left empty. */
  readonly filename: string | null;
  /** Unchanged; a view of the body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type FormFault = "no_boundary" | "malformed" | "too_many";

/** Parts of a form (a batch has up to 500 documents), and bytes of a part's header. */
const MAX_PARTS = 5_000;
const HEADER_BYTES = 16_384;
const BOUNDARY_BYTES = 256;

const [CR, LF, DASH, SPACE, TAB] = [0x0d, 0x0a, 0x2d, 0x20, 0x09];
const encoder = new TextEncoder();

/**
 * Parses a multipart form (RFC 7578). A parser of our own, because those of Bun and workerd refuse valid forms: names without
 * quotes (RFC 2045, 5.1; .NET), a blank after the boundary. A form without its closing boundary was truncated: `malformed`.
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
    if (count === MAX_PARTS) return err("too_many");
    const part = partOf(utf8OrWindows1252(bytes.subarray(at.end, head.end)));
    // Two boundaries in a row: the part is empty.
    const content = bytes.subarray(head.body, Math.max(head.body, next.start));
    if (part !== null) parts.push({ ...part, bytes: content });
    at = next;
  }
  return at === null ? err("malformed") : ok(parts);
}

/** A boundary line: `start` is the line break before it, `end` the first byte after its own line break. */
interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

/**
 * Finds the next boundary from an offset: at the beginning of the body or of a line, followed only by blanks (RFC 2046, 5.1.1),
 * so that a longer word which begins with the boundary is content.
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

/** The delimiter whose boundary text ends at `at`; null when more text follows on the line. */
function lineOf(bytes: Uint8Array, start: number, at: number): Delimiter | null {
  if (bytes[at] === DASH && bytes[at + 1] === DASH) return { start, end: at + 2, last: true };
  let end = at;
  while (bytes[end] === SPACE || bytes[end] === TAB) end += 1;
  return bytes[end] === CR && bytes[end + 1] === LF ? { start, end: end + 2, last: false } : null;
}

const startsWith = (bytes: Uint8Array, at: number, word: Uint8Array): boolean =>
  word.every((byte, n) => bytes[at + n] === byte);

/** Compares the word only at line breaks, so that the time grows linearly with the content. -1: not found. */
function indexOf(bytes: Uint8Array, word: Uint8Array, from: number): number {
  const last = bytes.length - word.length;
  for (let at = bytes.indexOf(CR, from); at >= 0 && at <= last; at = bytes.indexOf(CR, at + 1))
    if (bytes[at + 1] === LF && startsWith(bytes, at, word)) return at;
  return -1;
}

/** Where a part's header ends and, after an empty line, its content begins. */
function endOfHead(bytes: Uint8Array, from: number): { end: number; body: number } | null {
  if (bytes[from] === CR && bytes[from + 1] === LF) return { end: from, body: from + 2 };
  const most = Math.min(bytes.length, from + HEADER_BYTES);
  for (let at = from; at + 3 < most; at++)
    if (bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF)
      return { end: at, body: at + 4 };
  return null;
}

const DISPOSITION = /^content-disposition:[ \t]*form-data[ \t]*(?=;)/i;

/** The name and file name in a part's header; null when it is not a form field. */
function partOf(header: string): Pick<FormPart, "name" | "filename"> | null {
  const line = header
    .replaceAll(/\r\n[ \t]/g, " ")
    .split("\r\n")
    .find((one) => DISPOSITION.test(one));
  if (line === undefined) return null;
  const parameters = parametersOf(line);
  const name = parameters.get("name");
  if (name === undefined) return null;
  const filename = extendedValue(parameters.get("filename*")) ?? parameters.get("filename") ?? null;
  return { name, filename };
}

/** The value of an extended parameter (RFC 8187), which .NET adds for names that are not ASCII; null when it is not one. */
function extendedValue(value: string | undefined): string | null {
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
 * The parameters of a header, by their lower-case names; the first of two with the same name. A value is a trimmed token or a
 * quoted string. In quotes, `\` escapes only `"` and `\`, so that a Windows path keeps its backslashes.
 */
export function parametersOf(header: string): Map<string, string> {
  const parameters = new Map<string, string>();
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
    if (!parameters.has(key)) parameters.set(key, value);
  }
  return parameters;
}
