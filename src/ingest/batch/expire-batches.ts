import { expiredJobs } from "../../journal/jobs.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock" | "yieldToEventLoop">;

/** Rows that one statement may delete; originals are larger than items. */
const ITEMS = 500;
const ORIGINALS = 20;
const JOBS = 100;

/** Deletes expired batches, mails and approvals: first their items, in slices, then the job. Returns how many jobs were deleted. */
export async function expireBatches(ports: Needs, company: number): Promise<number> {
  const expired = await expiredJobs(
    ports,
    company,
    ["batch", "mail", "approval"],
    ports.clock.now(),
    JOBS,
  );
  for (const { id, blob } of expired) {
    // A ZIP that was never unpacked; before its job, because afterwards nothing references it.
    if (blob !== null) await ports.blobs.delete(blob);
    const items: Statement = {
      sql: `delete from job_items where company = ?1 and job = ?2 and position in (
        select position from job_items where company = ?1 and job = ?2 limit ${ITEMS}) returning 1`,
      args: [company, id],
    };
    await untilFewer(ports, items, ITEMS);
    await countDeleted(ports, {
      sql: "delete from jobs where company = ?1 and id = ?2 returning 1",
      args: [company, id],
    });
  }
  return expired.length;
}

/** Limit of the compressed bytes of a company's refused documents in the database; beyond it the oldest expire early. */
export const MOST_KEPT_BYTES = 1 << 30;
/** Rows that are read at a time to add up sizes. */
const SIZES = 1_000;

/**
 * Deletes originals that belong to no note and to no item that is not done, when they have expired or are the oldest beyond
 * `mostBytes`; returns how many. Where originals are objects of a bucket, only their row is deleted here (the object:
 * expire-originals.ts), and their bytes are not counted.
 */
export async function expireBytes(
  ports: Needs,
  company: number,
  mostBytes = MOST_KEPT_BYTES,
): Promise<number> {
  const until = Math.max(ports.clock.now(), await expiryBeyond(ports, company, mostBytes));
  const expire: Statement = {
    sql: `delete from originals where rowid in (
        select o.rowid from originals o where o.company = ?1 and o.expires_at is not null and o.expires_at <= ?2
          and not exists (select 1 from job_items i
            where i.company = ?1 and i.state <> 'done' and i.sha256 = o.sha256)
        limit ${ORIGINALS}) returning 1`,
    args: [company, until],
  };
  return untilFewer(ports, expire, ORIGINALS);
}

/** The expiry time up to which originals must be deleted, so that those that expire later fit into `mostBytes`; 0: all fit. */
async function expiryBeyond(ports: Needs, company: number, mostBytes: number): Promise<number> {
  let [bytes, expiresAt, row] = [0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const slice = await ports.reader.rows({
      sql: `select rowid as id, expires_at, length(gzip) as bytes from originals
        where company = ?1 and expires_at is not null and (expires_at, rowid) < (?2, ?3)
        order by expires_at desc, rowid desc limit ${SIZES}`,
      args: [company, expiresAt, row],
    });
    for (const one of slice) {
      [expiresAt, row] = [Number(one.expires_at), Number(one.id)];
      bytes += Number(one.bytes);
      if (bytes > mostBytes) return expiresAt;
    }
    if (slice.length < SIZES) return 0;
    await ports.yieldToEventLoop();
  }
}

const countDeleted = (ports: Needs, statement: Statement): Promise<number> =>
  ports.writer.commit({ statements: [statement], read: ([rows]) => rows?.length ?? 0 });

/** Repeats a deletion until it deletes fewer than `most`; other work gets the event loop in between. */
async function untilFewer(ports: Needs, statement: Statement, most: number): Promise<number> {
  let total = 0;
  for (let deleted = most; deleted === most; total += deleted) {
    deleted = await countDeleted(ports, statement);
    await ports.yieldToEventLoop();
  }
  return total;
}
