import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Ports } from "../../../ports/ports.ts";
import type { BytesToPack } from "../../../ports/sql.ts";
import type { Originals } from "../../../ports/storage.ts";
import { type Gzip, tableOriginals as table } from "../../libsql/table-originals.ts";
import { packed, toBePacked } from "./packed.ts";

/** Larger documents are compressed in a thread: 10 MiB take 40 ms. */
const IN_PLACE_BYTES = 65_536;

const gzipElsewhere = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const gunzipElsewhere = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/** `small`: how small documents are packed, for which a thread costs too much. */
const bunGzip = (small: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array | BytesToPack): Gzip => ({
  async pack(bytes) {
    return bytes.byteLength <= IN_PLACE_BYTES ? small(bytes) : gzipElsewhere(bytes, { level: 3 });
  },
  async unpack(packed, size) {
    const bytes = await gunzipElsewhere(packed, { maxOutputLength: Math.max(1, size) });
    if (bytes.byteLength !== size)
      throw new Error(`original of ${size} bytes has ${bytes.byteLength}`);
    return new Uint8Array(bytes);
  },
});

/** Ports.Originals on Bun: rows of the database, one file to back up. `later`: the writer packs the bytes when it binds them. */
export const tableOriginals = (ports: Pick<Ports, "reader" | "clock">, later = false): Originals =>
  table(ports, bunGzip(later ? toBePacked : packed));
