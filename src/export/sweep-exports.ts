import { expiredJobs } from "../journal/jobs.ts";
import type { Ports } from "../ports.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock">;

const JOBS = 100;
/** A file that no export names belongs to a writer that has just put it, or that died; this tells which. */
const NAMELESS_MS = 86_400_000;
/** An export that has waited for so long without a sign may have lost its message. */
const SILENT_MS = 15 * 60_000;
const FILES = "exports/";

/** Removes the files of exports whose time is over, and then the exports; gives how many went. */
export async function sweepExports(ports: Needs, company: number): Promise<number> {
  const over = await expiredJobs(ports, company, ["export"], ports.clock.now(), JOBS);
  for (const { id, blob } of over) {
    // The file first: a row without one says so, a file without a row would stay.
    if (blob !== null) await ports.blobs.delete(blob);
    await ports.writer.commit({
      statements: [{ sql: "delete from jobs where company = ?1 and id = ?2", args: [company, id] }],
      mine: () => undefined,
    });
  }
  return over.length;
}

/** Removes files that no export names, older than a day; gives how many. */
export async function sweepFiles(ports: Needs, signal?: AbortSignal): Promise<number> {
  const before = ports.clock.now() - NAMELESS_MS;
  let swept = 0;
  let after = "";
  for (;;) {
    const page = await ports.blobs.list(FILES, after);
    const last = page.at(-1);
    if (last === undefined || signal?.aborted) return swept;
    after = last.key;
    const old = page.filter(({ at }) => at < before).map(({ key }) => key);
    const named = await namesAmong(ports, old);
    for (const key of old.filter((one) => !named.has(one))) {
      await ports.blobs.delete(key);
      swept += 1;
    }
  }
}

/** Which of these keys (`exports/<company>/<job>/…`) is the file of its export. */
async function namesAmong(ports: Needs, keys: readonly string[]): Promise<Set<unknown>> {
  if (keys.length === 0) return new Set();
  const rows = await ports.reader.rows({
    sql: `select j.blob from json_each(?1) k join jobs j on j.company = k.value ->> 'company' and j.id = k.value ->> 'job'
      where j.blob = k.value ->> 'key' and j.state = 'done'`,
    args: [
      JSON.stringify(
        keys.map((key) => {
          const [, company, job] = key.split("/");
          return { key, company: Number(company), job };
        }),
      ),
    ],
  });
  return new Set(rows.map(({ blob }) => blob));
}

/** Sends again the exports that may have lost their message (see ingest/sweep-batches.ts); gives how many. */
export async function resendExports(ports: Needs, company: number): Promise<number> {
  const now = ports.clock.now();
  const silent = await ports.reader.rows({
    sql: `select id from jobs where company = ?1 and finished_at is null and kind = 'export' and updated_at < ?2`,
    args: [company, now - SILENT_MS],
  });
  if (silent.length === 0) return 0;
  const ids = silent.map(({ id }) => String(id));
  const sending = ports.queue.send(ids.map((job) => ({ v: 1, kind: "export", company, job })));
  await ports.writer.commit({
    statements: [
      ...sending.statements,
      {
        sql: `update jobs set updated_at = ?3 where company = ?1 and id in (select value from json_each(?2))`,
        args: [company, JSON.stringify(ids), now],
      },
    ],
    mine: () => undefined,
  });
  await sending.afterCommit();
  return ids.length;
}
