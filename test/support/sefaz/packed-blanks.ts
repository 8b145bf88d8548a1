import { gzipSync } from "node:zlib";

/** Blanks with so many other characters that they inflate to 90 times their size. */
export function packedBlanks(size: number): Buffer {
  const bytes = new Uint8Array(size).fill(0x20);
  let seed = 1;
  for (let at = 0; at < size; at += 1)
    if (at % 1_000 < 7) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      bytes[at] = 33 + ((seed >> 8) % 90);
    }
  return gzipSync(bytes);
}
