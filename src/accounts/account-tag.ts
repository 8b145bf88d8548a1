import { hex } from "../lib/hash.ts";

const TAG_LETTERS = 12;

/**
 * What stands for an e-mail address in the log and the audit: the same for each try of one address, and of no use to whoever
 * has no secret of the service (a plain hash tells the address to anybody who guesses it). 48 bits in hexadecimal.
 */
export async function accountTag(secret: string, email: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), algorithm, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign("HMAC", key, bytes.encode(`account-tag:${email}`));
  return hex(new Uint8Array(signature)).slice(0, TAG_LETTERS);
}
