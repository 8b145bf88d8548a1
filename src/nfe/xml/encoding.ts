import { err, ok, type Result } from "../../lib/result.ts";
import type { Reason } from "./flaw.ts";

/** A decoded text; `guessed` when no encoding was declared and the bytes were not UTF-8. */
export interface Decoded {
  readonly text: string;
  readonly guessed: boolean;
  readonly encoding: Encoding;
}

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "iso-8859-15";

/** Encodings that senders declare, by the label that TextDecoder knows on Bun and in workerd alike. */
const DECLARED = new Map<string, "utf-8" | "ascii" | "windows-1252" | "iso-8859-15" | "utf-16">([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "ascii"],
  ["ascii", "ascii"],
  // TextDecoder reads ISO-8859-1 as windows-1252: they differ only where ISO-8859-1 has control characters
  ["iso-8859-1", "windows-1252"],
  ["iso8859-1", "windows-1252"],
  ["iso_8859-1", "windows-1252"],
  ["latin1", "windows-1252"],
  ["latin-1", "windows-1252"],
  ["windows-1252", "windows-1252"],
  ["cp1252", "windows-1252"],
  ["iso-8859-15", "iso-8859-15"],
  ["utf-16", "utf-16"],
  ["utf-16le", "utf-16"],
  ["utf-16be", "utf-16"],
]);

const DECLARATION = /^<\?xml[^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"'>]*)["']/;
/** An XML declaration is much shorter; a longer text is not one. */
const DECLARATION_BYTES = 512;

/**
 * Bytes to text: byte order mark, then the XML declaration, then strict UTF-8, and only when nothing is declared
 * windows-1252 with `guessed`. A byte order mark stays in the text (the scanner skips one).
 * Fails, with the reason, on bytes that do not fit the declared encoding and on unknown encodings.
 */
export function decodeXml(bytes: Uint8Array): Result<Decoded, Reason> {
  if (bytes.length === 0) return err({ why: "empty" });
  const [a = 0, b = 0, c = 0] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return strictly("utf-8", bytes, "UTF-8");
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0))
    return strictly("utf-16le", bytes, "UTF-16");
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c))
    return strictly("utf-16be", bytes, "UTF-16");
  const label = declaredEncoding(bytes);
  if (label === null) {
    const text = decoded("utf-8", bytes);
    if (text !== null) return ok({ text, guessed: false, encoding: "utf-8" });
    const guess = "windows-1252";
    return ok({ text: decoded(guess, bytes) ?? "", guessed: true, encoding: guess });
  }
  const encoding = DECLARED.get(label.toLowerCase());
  if (encoding === undefined) return err({ why: "unknown_encoding", value: label.slice(0, 40) });
  if (encoding === "utf-16") return err({ why: "not_utf16" });
  if (encoding !== "ascii") return strictly(encoding, bytes, label);
  return bytes.some((byte) => byte > 0x7f)
    ? err({ why: "not_ascii" })
    : strictly("utf-8", bytes, label);
}

/** The encoding that the XML declaration names, or null. */
function declaredEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0x3c || bytes[1] !== 0x3f) return null;
  let head = "";
  for (const byte of bytes.subarray(0, DECLARATION_BYTES)) {
    head += String.fromCharCode(byte);
    if (byte === 0x3e) break;
  }
  return DECLARATION.exec(head)?.[1] ?? null;
}

/** The text of bytes that must be in this encoding; null when they are not. */
function decoded(label: Encoding, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function strictly(label: Encoding, bytes: Uint8Array, named: string): Result<Decoded, Reason> {
  const text = decoded(label, bytes);
  return text === null
    ? err({ why: "not_as_declared", value: named.slice(0, 40) })
    : ok({ text, guessed: false, encoding: label });
}
