import { expiredJobs } from "../../journal/jobs.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Statement } from "../../ports/sql.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock" | "yieldToEventLoop">;

/** Rows that one statement may delete; documents are larger than lines. */
const LINES = 500;
const ORIGINALS = 20;
const JOBS = 100;
/** A line that has waited for so long without a sign may have lost its message. */
const SILENT_MS = 15 * 60_000;

/** Forgets batches whose time is over, line by line and then the job; gives how many jobs went. */
export async function expireBatches(ports: Needs, company: number): Promise<number> {
  const over = await expiredJobs(ports, company, ["batch", "mail"], ports.clock.now(), JOBS);
  for (const { id, blob } of over) {
    // A ZIP that could not be unpacked; before its job, as nothing names it after.
    if (blob !== null) await ports.blobs.delete(blob);
    const lines: Statement = {
      sql: `delete from job_items where company = ?1 and job = ?2 and position in (
        select position from job_items where company = ?1 and job = ?2 limit ${LINES}) returning 1`,
      args: [company, id],
    };
    await untilFewer(ports, lines, LINES);
    await deleted(ports, {
      sql: "delete from jobs where company = ?1 and id = ?2 returning 1",
      args: [company, id],
    });
  }
  return over.length;
}

/** Packed bytes that a company's refused documents may take in the database; beyond, the oldest go before their day. */
export const MOST_KEPT_BYTES = 1 << 30;
/** Rows that one look at their sizes reads. */
const SIZES = 1_000;

/**
 * Forgets bytes that jobs have brought, that no note has named until their day, or that are the oldest beyond `mostBytes`,
 * and that no document waits for; gives how many. Where originals are objects of a bucket, what is forgotten here is their
 * name (sweep-originals.ts), and their bytes are not counted.
 */
export async function expireBytes(
  ports: Needs,
  company: number,
  mostBytes = MOST_KEPT_BYTES,
): Promise<number> {
  const until = Math.max(ports.clock.now(), await dayBeyond(ports, company, mostBytes));
  const forget: Statement = {
    sql: `delete from originals where rowid in (
        select o.rowid from originals o where o.company = ?1 and o.expires_at is not null and o.expires_at <= ?2
          and not exists (select 1 from job_items i
            where i.company = ?1 and i.state <> 'done' and i.sha256 = o.sha256)
        limit ${ORIGINALS}) returning 1`,
    args: [company, until],
  };
  return untilFewer(ports, forget, ORIGINALS);
}

/** The newest day whose bytes do not fit any more, when those that go later have taken their room; 0 where all fit. */
async function dayBeyond(ports: Needs, company: number, mostBytes: number): Promise<number> {
  let [bytes, day, row] = [0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const slice = await ports.reader.rows({
      sql: `select rowid as place, expires_at, length(gzip) as bytes from originals
        where company = ?1 and expires_at is not null and (expires_at, rowid) < (?2, ?3)
        order by expires_at desc, rowid desc limit ${SIZES}`,
      args: [company, day, row],
    });
    for (const one of slice) {
      [day, row] = [Number(one.expires_at), Number(one.place)];
      bytes += Number(one.bytes);
      if (bytes > mostBytes) return day;
    }
    if (slice.length < SIZES) return 0;
    await ports.yieldToEventLoop();
  }
}

/**
 * Sends again what waits for its turn and may have lost its message: a queue outside of the database is told after the
 * commit, and a crash may come between. A queue that still has the message changes nothing. Gives how many were sent.
 */
export async function resendItems(ports: Needs, company: number): Promise<number> {
  const now = ports.clock.now();
  const silent = await ports.reader.rows({
    sql: `select i.job, i.position from job_items i
      where i.company = ?1 and i.state <> 'done' and i.state = 'received' and i.updated_at < ?2
        and not exists (select 1 from jobs j where j.company = ?1 and j.id = i.job and j.blob is not null)
        and not exists (select 1 from job_items p where p.company = ?1 and p.job = i.job and p.state <> 'done'
          and p.state = 'received' and p.follower = i.position)
      limit ${LINES}`,
    args: [company, now - SILENT_MS],
  });
  if (silent.length === 0) return 0;
  const places = silent.map(({ job, position }) => ({
    job: String(job),
    position: Number(position),
  }));
  const sending = ports.queue.send(
    places.map((place) => ({ v: 1, kind: "document", company, ...place })),
  );
  await commitStatements(ports.writer, [
    ...sending.statements,
    {
      sql: `update job_items set updated_at = ?3 where company = ?1 and (job, position) in (
          select value ->> 'job', value ->> 'position' from json_each(?2)) and state <> 'done'`,
      args: [company, JSON.stringify(places), now],
    },
  ]);
  await sending.afterCommit();
  return places.length;
}

const deleted = (ports: Needs, statement: Statement): Promise<number> =>
  ports.writer.commit({ statements: [statement], read: ([rows]) => rows?.length ?? 0 });

/** Repeats a deletion until it finds fewer than it may; the event loop is given back between. */
async function untilFewer(ports: Needs, statement: Statement, most: number): Promise<number> {
  let total = 0;
  for (let gone = most; gone === most; total += gone) {
    gone = await deleted(ports, statement);
    await ports.yieldToEventLoop();
  }
  return total;
}
