import type { InStatement } from "@libsql/client";
import type { Health } from "../../ports/health.ts";
import type { Ports } from "../../ports/ports.ts";
import { oneSecondTimeout } from "../../resilience/policies.ts";
import { differenceOf, installationOf, type Marks } from "../installation.ts";
import { depth } from "../libsql/queue-table.ts";
import type { Bindings } from "./bindings.ts";

type Part = Awaited<ReturnType<Health["check"]>>[number];

/**
 * Ports.Health on Workers: the database, and the bound buckets and queue, answer within a second. The numbers of waiting and
 * of unreadable messages are shown, and do not make the service unhealthy.
 */
export function cloudflareHealth(
  { reader, clock }: Pick<Ports, "reader" | "clock">,
  {
    ORIGINALS: originals,
    FILES: files,
    JOBS: jobs,
  }: Pick<Bindings, "ORIGINALS" | "FILES" | "JOBS">,
  marks?: Marks,
): Health {
  const asked = async (name: string, ask: () => Promise<Part["detail"]>): Promise<Part> => {
    const start = clock.now();
    const found = await oneSecondTimeout.execute(ask).catch(() => null);
    return { name, ok: found !== null, detail: { ms: clock.now() - start, ...found } };
  };
  /** The database answers and fits its mark; a mark that cannot be read is ignored. */
  const stored = async (signal?: AbortSignal): Promise<Part> => {
    let differs = false;
    const part = await asked("database", async (): Promise<Part["detail"]> => {
      const execute = async (sql: InStatement) => ({
        rows: await reader.rows({ sql: String(sql), args: [] }, signal),
      });
      const [found, mark] = await Promise.all([
        installationOf({ execute }),
        marks?.read().catch(() => null),
      ]);
      differs = mark != null && differenceOf(mark, found) !== null;
      return differs ? { code: "storage.gone", run: "docs/deploy.md" } : {};
    });
    return { ...part, ok: part.ok && !differs };
  };
  const bucketPart = (name: string, bucket: R2Bucket | undefined): Promise<Part>[] =>
    bucket === undefined
      ? []
      : [
          asked(name, async () => {
            await bucket.head("health");
            return {};
          }),
        ];
  const waiting = async (queue: Queue): Promise<Part["detail"]> => {
    const [{ backlogCount, oldestMessageTimestamp: oldest }, [table]] = await Promise.all([
      queue.metrics(),
      reader.rows(depth),
    ]);
    return {
      waiting: backlogCount,
      oldest_ms: oldest === undefined ? 0 : Math.max(0, clock.now() - oldest.getTime()),
      unreadable: Number(table?.parked ?? 0),
    };
  };
  return {
    check: (signal) =>
      Promise.all([
        stored(signal),
        ...bucketPart("originals", originals),
        ...bucketPart("files", files),
        ...(jobs === undefined ? [] : [asked("queue", () => waiting(jobs))]),
      ]),
  };
}
