import { trusted } from "../../lib/cast.ts";
import { sha256 as hashOf } from "../../lib/hash.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { BytesToPack, Guard, WriteStatement } from "../../ports/sql.ts";
import type { Originals } from "../../ports/storage.ts";

/** gzip as the runtime has it. */
export interface Gzip {
  /** The gzip, or bytes that the writer packs when it binds them. */
  pack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | BytesToPack>;
  /** Exactly `size` bytes; throws for bytes that give more or fewer, before much more than `size` were made. */
  unpack(packed: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Originals of a queued job have an expiry; the batch that registers the document removes it. */
const FOR_GOOD = "do update set expires_at = null where expires_at is not null";
const LONGER =
  "do update set expires_at = excluded.expires_at where expires_at < excluded.expires_at";

/** The row of an original. */
interface OriginalRow {
  readonly company: number;
  readonly sha256: string;
  /** gzip; empty where the bytes are an object of a bucket, and the row only names it. */
  readonly packed: Uint8Array | BytesToPack;
  readonly size: number;
  /** ms UTC, like `until`; without `until` the row never expires. */
  readonly at: number;
  readonly until: number | undefined;
}

/** Writes the row only where the guard selects one; of two rows for the same bytes the later expiry counts. */
export function originalRow(
  { company, sha256, packed, size, at, until }: OriginalRow,
  guard: Guard,
): WriteStatement {
  const values = [company, sha256, packed, size, at, until ?? null];
  const places = values.map((_, i) => `?${guard.args.length + i + 1}`).join(", ");
  return {
    sql: `insert into originals (company, sha256, gzip, size, created_at, expires_at)
      select ${places} where exists (${guard.sql}) on conflict ${until === undefined ? FOR_GOOD : LONGER}`,
    args: [...guard.args, ...values],
  };
}

/** Original bytes as gzip rows of the table `originals`, written in the batch that names them, so that neither exists alone. */
export function tableOriginals(ports: Pick<Ports, "reader" | "clock">, gzip: Gzip): Originals {
  return {
    async store(company, { sha256, bytes }, guard, until) {
      const packed = await gzip.pack(bytes);
      const [size, at] = [bytes.byteLength, ports.clock.now()];
      return [originalRow({ company, sha256, packed, size, at, until }, guard)];
    },
    async get(company, sha256) {
      const [row] = await ports.reader.rows({
        sql: "select gzip, size from originals where company = ?1 and sha256 = ?2",
        args: [company, sha256],
      });
      if (row === undefined || trusted<Uint8Array>(row.gzip).byteLength === 0) return null;
      const bytes = await gzip
        .unpack(trusted<Uint8Array>(row.gzip), trusted<number>(row.size))
        .catch((cause: unknown) => {
          throw damaged(sha256, cause);
        });
      return verified(sha256, bytes);
    },
  };
}

/** The bytes, if they have the SHA-256 (hex) under which they were stored. Fails with `original.damaged`. */
export async function verified(
  sha256: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if ((await hashOf(bytes)) !== sha256) throw damaged(sha256);
  return bytes;
}

const damaged = (sha256: string, cause?: unknown) =>
  new Failed<PlatformFailure>({ code: "original.damaged", sha256 }, { cause });
