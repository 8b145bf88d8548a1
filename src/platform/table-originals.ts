import { trusted } from "../lib/cast.ts";
import type { Originals, Ports } from "../ports.ts";

/** gzip as the runtime has it. */
export interface Gzip {
  pack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Exactly `size` bytes; throws for bytes that give more or fewer, before much more than `size` were made. */
  unpack(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a job has brought waits with a day on which it may go; the batch that names it takes the day away. */
const FOR_GOOD = "do update set expires_at = null where expires_at is not null";
const LONGER =
  "do update set expires_at = excluded.expires_at where expires_at < excluded.expires_at";

/** Original bytes as gzip rows of the table `originals`, written in the batch that names them (design decision 7). */
export function tableOriginals(ports: Pick<Ports, "reader" | "clock">, gzip: Gzip): Originals {
  return {
    async keep(company, sha256, bytes, guard, until) {
      const packed = await gzip.pack(bytes);
      const values = [company, sha256, packed, bytes.byteLength, ports.clock.now(), until ?? null];
      const places = values.map((_, i) => `?${guard.args.length + i + 1}`).join(", ");
      return [
        {
          sql: `insert into originals (company, sha256, gzip, size, created_at, expires_at)
            select ${places} where exists (${guard.sql}) on conflict ${until === undefined ? FOR_GOOD : LONGER}`,
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
      return gzip.unpack(trusted<Uint8Array>(row.gzip), trusted<number>(row.size));
    },
  };
}
