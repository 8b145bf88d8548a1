/**
 * The only module of Node that a Worker uses (nodejs_compat). Node's own types would let shared code use its globals. The page's
 * types reach it through those of the answers; its program does not.
 */
declare module "node:crypto" {
  export function hash(algorithm: "sha256", data: Uint8Array, encoding: "hex"): string;
  export function scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem: number },
    done: (error: Error | null | undefined, key: Uint8Array) => void,
  ): void;
}
