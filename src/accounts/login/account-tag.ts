import { keyedHash } from "../../lib/hash.ts";

const TAG_LETTERS = 12;

/**
 * A pseudonym of an e-mail address for the log and the audit: the same for each attempt with one address. It is keyed with the
 * secret of the service, because a plain hash can be checked against a guessed address. 48 bits in hexadecimal.
 */
export async function accountTag(secret: string, email: string): Promise<string> {
  return (await keyedHash(secret, `account-tag:${email}`)).slice(0, TAG_LETTERS);
}
