import { scrypt } from "node:crypto";
import type { Derive } from "./password-hash.ts";

/**
 * node:crypto's scrypt, which Bun and workerd (nodejs_compat) both have, with the same bytes. Bun computes it off the event
 * loop, workerd in place. Memory is 128·N·r bytes and a little.
 */
export const nodeScrypt: Derive = (password, salt, { cost, r, p }, length) =>
  new Promise((resolve, reject) => {
    const N = 2 ** cost;
    const maxmem = 128 * N * r + 128 * r * p + (1 << 20);
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });
