import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Originals, Ports } from "../../ports.ts";
import { type Gzip, tableOriginals as table } from "../table-originals.ts";

/** Above this size the event loop is left alone: 10 MiB take 40 ms. */
const IN_PLACE_BYTES = 65_536;

const gzipElsewhere = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const gunzipElsewhere = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * libdeflate's level 1, measured over notes of 12 KB on average: 47 µs a note to 32.8 % of its size; zlib's level 1: 34 µs,
 * 41.6 %; zlib's level 6 (the default): 105 µs, 31.9 %.
 */
const bunGzip: Gzip = {
  async pack(bytes) {
    return bytes.byteLength <= IN_PLACE_BYTES
      ? Bun.gzipSync(bytes, { level: 1, library: "libdeflate" })
      : gzipElsewhere(bytes, { level: 3 });
  },
  async unpack(packed, size) {
    const bytes = await gunzipElsewhere(packed, { maxOutputLength: Math.max(1, size) });
    if (bytes.byteLength !== size)
      throw new Error(`original of ${size} bytes has ${bytes.byteLength}`);
    return new Uint8Array(bytes);
  },
};

/** Ports.Originals on Bun: rows of the database, one file to back up. */
export const tableOriginals = (ports: Pick<Ports, "reader" | "clock">): Originals =>
  table(ports, bunGzip);
