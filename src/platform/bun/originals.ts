import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { trusted } from "../../lib/cast.ts";
import type { Originals, Ports } from "../../ports.ts";

/** Above this size the event loop is left alone: 10 MiB take 40 ms. */
const IN_PLACE_BYTES = 65_536;

/**
 * libdeflate's level 1, measured over notes of 12 KB on average: 47 µs a note to 32.8 % of its size; zlib's level 1: 34 µs,
 * 41.6 %; zlib's level 6 (the default): 105 µs, 31.9 %.
 */
const deflate = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  bytes.byteLength <= IN_PLACE_BYTES
    ? Bun.gzipSync(bytes, { level: 1, library: "libdeflate" })
    : gzipElsewhere(bytes, { level: 3 });

const gzipElsewhere = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const gunzipElsewhere = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/** Original bytes as gzip rows of the table `originals`, written in the batch that names them (design decision 7). */
export function tableOriginals(ports: Pick<Ports, "reader" | "clock">): Originals {
  return {
    async keep(company, sha256, bytes, guard) {
      const values = [company, sha256, await deflate(bytes), bytes.byteLength, ports.clock.now()];
      const places = values.map((_, i) => `?${guard.args.length + i + 1}`).join(", ");
      return [
        {
          sql: `insert into originals (company, sha256, gzip, size, created_at)
            select ${places} where exists (${guard.sql}) on conflict do nothing`,
          args: [...guard.args, ...values],
        },
      ];
    },
    async get(company, sha256) {
      const [row] = await ports.reader.rows({
        sql: "select gzip, size from originals where company = ?1 and sha256 = ?2",
        args: [company, sha256],
      });
      if (row === undefined) return null;
      return inflate(trusted<Uint8Array>(row.gzip), trusted<number>(row.size));
    },
  };
}

/** Exactly `size` bytes; throws for a row that gives more or fewer, before more than `size` were made. */
async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await gunzipElsewhere(packed, { maxOutputLength: Math.max(1, size) });
  if (bytes.byteLength !== size)
    throw new Error(`original of ${size} bytes has ${bytes.byteLength}`);
  return new Uint8Array(bytes);
}
