import { trusted } from "../lib/cast.ts";
import type { Originals, Ports } from "../ports.ts";

/** gzip as the runtime has it. */
export interface Gzip {
  pack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Exactly `size` bytes; throws for bytes that give more or fewer, before much more than `size` were made. */
  unpack(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Original bytes as gzip rows of the table `originals`, written in the batch that names them (design decision 7). */
export function tableOriginals(ports: Pick<Ports, "reader" | "clock">, gzip: Gzip): Originals {
  return {
    async keep(company, sha256, bytes, guard) {
      const packed = await gzip.pack(bytes);
      const values = [company, sha256, packed, bytes.byteLength, ports.clock.now()];
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
      return gzip.unpack(trusted<Uint8Array>(row.gzip), trusted<number>(row.size));
    },
  };
}
