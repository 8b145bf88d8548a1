import type { Config } from "../../config.ts";
import type { Health } from "../../ports/health.ts";
import type { Reader } from "../../ports/sql.ts";
import type { CircuitFigures } from "../../resilience/circuit.ts";
import { oneSecondTimeout } from "../../resilience/policies.ts";
import type { WriterFigures } from "../libsql/group-writer.ts";
import type { Database } from "./database/database.ts";
import type { FileBlobs } from "./files/blobs.ts";
import type { BunQueue } from "./queue/queue.ts";
import type { ThreadFigures } from "./threads/thread-pool.ts";

type Part = Awaited<ReturnType<Health["check"]>>[number];

/** What the checks look at. */
export interface Checked {
  readonly config: Pick<Config, "COMMIT_QUEUE" | "NFE_QUEUE">;
  readonly reader: Reader;
  readonly writer: { figures(): WriterFigures };
  readonly documents: { figures(): ThreadFigures };
  readonly queue: Pick<BunQueue, "depth">;
  readonly blobs: Pick<FileBlobs, "writable">;
  readonly database: Pick<Database, "state" | "inspect">;
  /** The circuit `writer` is before a local file, `database` before a server. */
  breakers(): readonly CircuitFigures[];
}

/**
 * Ports.Health on Bun: the database, the originals and the folder of the files answer within a second, and the queues have
 * room. The numbers of waiting and parked messages are shown, and do not make the service unhealthy.
 */
export function bunHealth(checked: Checked): Health {
  const { config, reader, writer, documents, queue, blobs, breakers, database } = checked;
  const timed = async (name: string, ask: () => Promise<Record<string, number>>): Promise<Part> => {
    const start = performance.now();
    const found = await oneSecondTimeout.execute(ask).catch(() => null);
    const ms = Math.round(performance.now() - start);
    return { name, ok: found !== null, detail: { ms, ...found, ...breaker(name) } };
  };
  const asked = (name: string, sql: string, signal?: AbortSignal): Promise<Part> =>
    timed(name, async () => {
      await reader.rows({ sql, args: [] }, signal);
      return {};
    });
  /** Whether it is still the database that was opened; the public answer does not contain the path. */
  const stored = async (signal?: AbortSignal): Promise<Part> => {
    const looked = await asked("database", "select 1", signal);
    await oneSecondTimeout.execute(() => database.inspect()).catch(() => undefined);
    const fault = database.state.fault();
    if (fault === null) return looked;
    const code = fault.code === "STORAGE_GONE" ? "storage.gone" : "storage.damaged";
    return { ...looked, ok: false, detail: { ...looked.detail, code, run: "sge restore" } };
  };
  const filed = async () => {
    await blobs.writable();
    return {};
  };
  const waiting = async () => {
    const { waiting, inWork: in_work, parked, oldestMs: oldest_ms } = await queue.depth();
    return { waiting, in_work, parked, oldest_ms };
  };
  const breaker = (name: string): { breaker?: string } => {
    const found = breakers().find((one) => one.name === name);
    return found === undefined ? {} : { breaker: found.state };
  };
  const writing = (): Part => {
    const { queued, committed, groups, lastCommitMs } = writer.figures();
    const last_commit_ms = Math.round(lastCommitMs);
    const circuit = breaker("writer");
    const ok = queued < config.COMMIT_QUEUE && (circuit.breaker ?? "closed") === "closed";
    return {
      name: "writer",
      ok,
      detail: { queued, committed, groups, last_commit_ms, ...circuit },
    };
  };
  const reading = (): Part => {
    const { queued, busy, workers, timeouts, crashes } = documents.figures();
    const detail = { queued, busy, workers, timeouts, crashes };
    return { name: "documents", ok: queued < config.NFE_QUEUE, detail };
  };
  return {
    check: async (signal) => [
      ...(await Promise.all([
        stored(signal),
        asked("originals", "select 1 from originals limit 1", signal),
        timed("files", filed),
        timed("queue", waiting),
      ])),
      writing(),
      reading(),
    ],
  };
}
