import { scrypt } from "node:crypto";
import type { PasswordHasher } from "../../ports.ts";
import { type Derive, passwordHasher } from "../password-hash.ts";

/** node:crypto's scrypt, computed off the event loop; memory is 128·N·r bytes and a little. */
const derive: Derive = (password, salt, { cost, r, p }, length) =>
  new Promise((resolve, reject) => {
    const N = 2 ** cost;
    const maxmem = 128 * N * r + 128 * r * p + (1 << 20);
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });

/** Ports.PasswordHasher on Bun; `cost` is log2 N of new hashes. */
export const bunPasswords = (cost: number): PasswordHasher => passwordHasher(derive, cost);
