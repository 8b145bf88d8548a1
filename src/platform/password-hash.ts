import { BulkheadRejectedError } from "cockatiel";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { PasswordHasher } from "../ports/passwords.ts";
import { hashingBulkhead, type Runtime } from "../resilience/policies.ts";

/** scrypt (RFC 7914) of the runtime; `cost` is log2 N. Returns `length` bytes. */
export type Derive = (
  password: Uint8Array,
  salt: Uint8Array,
  parameters: { cost: number; r: number; p: number },
  length: number,
) => Promise<Uint8Array>;

/** OWASP's parameters for scrypt with r = 8; p is 1 to leave CPU for requests. */
const R = 8;
const P = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** A hash from the database must not cost unbounded time or memory: N·r = 2²³ takes 1 GiB. */
const MAX_COST = 20;
const MAX_N_R = 2 ** 23;

const PORTABLE =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,88})\$([A-Za-z0-9+/]{22,88})$/;

/**
 * Ports.PasswordHasher: `$scrypt$ln=15,r=8,p=1$salt$hash`, salt and hash in base64 without padding.
 * At most 4 are computed at a time and 32 wait; then PlatformFailure `overloaded`. `cost` is log2 N of new hashes.
 */
export function passwordHasher(
  derive: Derive,
  cost: number,
  runtime: Pick<Runtime, "canQueue"> = { canQueue: true },
): PasswordHasher {
  const bulkhead = hashingBulkhead(runtime);

  async function bounded(
    password: string,
    salt: Uint8Array,
    parameters: { cost: number; r: number; p: number },
    length: number,
  ): Promise<Uint8Array> {
    // The same password however a keyboard composes its accents (NIST SP 800-63B, 5.1.1.2).
    const bytes = new TextEncoder().encode(password.normalize("NFKC"));
    try {
      return await bulkhead.execute(() => derive(bytes, salt, parameters, length));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new Failed<PlatformFailure>(
        { code: "overloaded", what: "passwords", retryAfterS: 1 },
        { cause: error },
      );
    }
  }

  return {
    async hash(password) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const bytes = await bounded(password, salt, { cost, r: R, p: P }, HASH_BYTES);
      return `$scrypt$ln=${cost},r=${R},p=${P}$${unpadded(salt)}$${unpadded(bytes)}`;
    },
    async verify(password, hash) {
      const [, ln = "", r = "", p = "", salt = "", expected = ""] = PORTABLE.exec(hash) ?? [];
      const parameters = { cost: Number(ln), r: Number(r), p: Number(p) };
      const sane =
        parameters.cost >= 1 &&
        parameters.cost <= MAX_COST &&
        parameters.r >= 1 &&
        parameters.p >= 1 &&
        parameters.p <= 4 &&
        2 ** parameters.cost * parameters.r <= MAX_N_R;
      if (!sane) return false;
      const known = Uint8Array.fromBase64(expected);
      return equal(
        await bounded(password, Uint8Array.fromBase64(salt), parameters, known.length),
        known,
      );
    },
  };
}

/** Constant time: it does not depend on where two hashes differ. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0);
  return difference === 0;
}

const unpadded = (bytes: Uint8Array): string => bytes.toBase64({ omitPadding: true });
