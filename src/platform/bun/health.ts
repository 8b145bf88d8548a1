import type { Config } from "../../config.ts";
import type { Health, Reader } from "../../ports.ts";
import type { CircuitFigures } from "../../resilience/circuit.ts";
import { withinASecond } from "../../resilience/policies.ts";
import type { WriterFigures } from "../group-writer.ts";
import type { ThreadFigures } from "./thread-pool.ts";

type Part = Awaited<ReturnType<Health["check"]>>[number];

/** What the checks look at. */
export interface Checked {
  readonly config: Pick<Config, "COMMIT_QUEUE" | "NFE_QUEUE">;
  readonly reader: Reader;
  readonly writer: { figures(): WriterFigures };
  readonly documents: { figures(): ThreadFigures };
  /** The circuit `writer` stands before a local file, `database` before a server. */
  breakers(): readonly CircuitFigures[];
}

/** Ports.Health on Bun: the database and the originals answer within a second, and the queues have room. */
export function bunHealth({ config, reader, writer, documents, breakers }: Checked): Health {
  const asked = async (name: string, sql: string, signal?: AbortSignal): Promise<Part> => {
    const start = performance.now();
    const ok = await withinASecond
      .execute(() => reader.rows({ sql, args: [] }, signal))
      .then(
        () => true,
        () => false,
      );
    return { name, ok, detail: { ms: Math.round(performance.now() - start), ...breaker(name) } };
  };
  const breaker = (name: string): { breaker?: string } => {
    const found = breakers().find((one) => one.name === name);
    return found === undefined ? {} : { breaker: found.state };
  };
  const writing = (): Part => {
    const { queued, committed, groups, lastCommitMs } = writer.figures();
    const last_commit_ms = Math.round(lastCommitMs);
    const way = breaker("writer");
    const ok = queued < config.COMMIT_QUEUE && (way.breaker ?? "closed") === "closed";
    return { name: "writer", ok, detail: { queued, committed, groups, last_commit_ms, ...way } };
  };
  const reading = (): Part => {
    const { queued, busy, workers, timeouts, crashes } = documents.figures();
    const detail = { queued, busy, workers, timeouts, crashes };
    return { name: "documents", ok: queued < config.NFE_QUEUE, detail };
  };
  return {
    check: async (signal) => [
      ...(await Promise.all([
        asked("database", "select 1", signal),
        asked("originals", "select 1 from originals limit 1", signal),
      ])),
      writing(),
      reading(),
    ],
  };
}
