import { scrypt } from "node:crypto";
import type { Derive } from "./password-hash.ts";

/**
 * node:crypto's scrypt, with the same result on Bun and on workerd (nodejs_compat). Bun computes it off the event loop,
 * workerd in place. It needs a little more than 128·N·r bytes of memory.
 */
export const nodeScrypt: Derive = (password, salt, { cost, r, p }, length) =>
  new Promise((resolve, reject) => {
    const N = 2 ** cost;
    const maxmem = 128 * N * r + 128 * r * p + (1 << 20);
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });
