import type { BytesToPack } from "../../../ports/sql.ts";

/** Bytes that are compressed where they are bound: in the thread that writes, where there is one. */
export const toBePacked = (bytes: Uint8Array<ArrayBuffer>): BytesToPack => ({ bytes, pack: true });

/**
 * gzip by libdeflate's level 1, measured over notes of 12 KB on average: 47 µs a note to 32.8 % of its size; zlib's level 1:
 * 34 µs, 41.6 %; zlib's level 6 (the default): 105 µs, 31.9 %.
 */
export const packed = (bytes: Uint8Array<ArrayBuffer>): Uint8Array =>
  Bun.gzipSync(bytes, { level: 1, library: "libdeflate" });
