import { sweepFolder } from "../journal/sweep-files.ts";
import type { Ports } from "../ports.ts";
import { ARCHIVES } from "./archive.ts";

/** A ZIP that has waited for so long without a sign may have lost its message. */
const SILENT_MS = 15 * 60_000;

/** Removes ZIPs that no batch names, older than a day; gives how many. */
export const sweepArchives = (
  ports: Pick<Ports, "reader" | "blobs" | "clock">,
  signal?: AbortSignal,
): Promise<number> => sweepFolder(ports, ARCHIVES, "j.kind = 'batch'", signal);

/** Has ZIPs unpacked that may have lost their message (see sweep-batches.ts); gives how many. */
export async function resendArchives(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  company: number,
): Promise<number> {
  const now = ports.clock.now();
  const silent = await ports.reader.rows({
    sql: `select id from jobs where company = ?1 and finished_at is null and kind = 'batch' and blob is not null
      and updated_at < ?2`,
    args: [company, now - SILENT_MS],
  });
  if (silent.length === 0) return 0;
  const ids = silent.map(({ id }) => String(id));
  const sending = ports.queue.send(ids.map((job) => ({ v: 1, kind: "archive", company, job })));
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
