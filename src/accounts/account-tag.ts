import { hex } from "../lib/hash.ts";

const TAG_LETTERS = 12;

/**
 * A pseudonym of an e-mail address for the log and the audit: the same for each attempt with one address. It is keyed with the
 * secret of the service, because a plain hash can be checked against a guessed address. 48 bits in hexadecimal.
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
