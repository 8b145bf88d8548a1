import { err, ok, type Result } from "../../lib/result.ts";
import type { AccountsFailure } from "../failures.ts";

const MIN = 10;
/** A bound on the work of hashing; more than the 72 bytes after which bcrypt ignores the rest. */
const MAX = 200;

/**
 * Checks a new password: 10 to 200 characters, not the e-mail, not one character repeated.
 * No rules of composition (NIST SP 800-63B, 5.1.1.2: length, not symbols). Fails with `auth.weak_password`.
 */
export function checkPassword(password: string, email: string): Result<string, AccountsFailure> {
  const weak = (why: string) => err({ code: "auth.weak_password", why } as const);
  const characters = [...password];
  if (characters.length < MIN) return weak(`use ao menos ${MIN} caracteres`);
  if (characters.length > MAX) return weak(`use no máximo ${MAX} caracteres`);
  if (password.trim().toLowerCase() === email.toLowerCase()) return weak("não use o seu e-mail");
  if (new Set(characters).size === 1) return weak("não repita um só caractere");
  return ok(password);
}

/** Crockford's base 32, without i, l, o, u, which are easily confused; five random bits choose one without bias. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A random password of 20 letters in groups of five: 100 bits, to be typed once from a terminal. */
export function generatePassword(): string {
  const letters = Array.from(
    crypto.getRandomValues(new Uint8Array(20)),
    (byte) => LETTERS[byte & 31],
  );
  return letters.join("").replaceAll(/.{5}(?=.)/g, "$&-");
}
