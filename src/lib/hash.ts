import { hash } from "node:crypto";

const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

/**
 * Up to here a hash is computed at once: a hash of WebCrypto goes to another thread and back, which costs 13 µs of processor and a
 * turn of the event loop, and this many bytes cost 0.13 ms.
 */
const AT_ONCE_BYTES = 256 << 10;

/** Bytes as lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** SHA-256 of bytes or of UTF-8 text, as 64 lower-case hexadecimal digits; the same on every runtime. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  // A hash in one call: `createHash` makes a stream, which at the edge costs several times as much as the hash of a note.
  if (bytes.byteLength <= AT_ONCE_BYTES) return hash("sha256", bytes, "hex");
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** HMAC-SHA-256 of UTF-8 text, as 64 lower-case hexadecimal digits: who has not the secret cannot check a guessed text with it. */
export async function keyedHash(secret: string, text: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), algorithm, false, [
    "sign",
  ]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes.encode(text))));
}
