import { gunzipSync } from "node:zlib";
import { trusted } from "../../lib/cast.ts";
import type { Originals, Ports } from "../../ports.ts";

/** Measured over the corpus's kind of note (20 KB): see docs/benchmarks.md. */
const LEVEL = 6;

/** Original bytes as gzip rows of the table `originals`, written in the batch that names them (design decision 7). */
export function tableOriginals(ports: Pick<Ports, "reader" | "clock">): Originals {
  return {
    async keep(company, sha256, bytes) {
      return [
        {
          sql: `insert into originals (company, sha256, gzip, size, created_at)
            values (?1, ?2, ?3, ?4, ?5) on conflict do nothing`,
          args: [
            company,
            sha256,
            Bun.gzipSync(bytes, { level: LEVEL }),
            bytes.byteLength,
            ports.clock.now(),
          ],
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
function inflate(gzip: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const bytes = gunzipSync(gzip, { maxOutputLength: Math.max(1, size) });
  if (bytes.byteLength !== size)
    throw new Error(`original of ${size} bytes has ${bytes.byteLength}`);
  return new Uint8Array(bytes);
}
