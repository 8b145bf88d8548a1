import { Failed } from "../../src/lib/result.ts";
import { drizzleReads } from "../../src/platform/libsql/reader.ts";
import type { PlatformFailure } from "../../src/ports/failures.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { readerOf } from "../../src/ports/sql.ts";
import type { TestPorts } from "../support/ports.ts";

/**
 * `fails`: the call is not made, and fails. `lost`: it is made, and fails all the same. `hangs`: it is not made, and never
 * answers. `late`: it is made after its caller got an answer, and cannot be aborted any more. `twice`: it is made twice, as by
 * a client between the two that retried.
 */
export const FAULTS = ["fails", "lost", "hangs", "late", "twice"] as const;
export type Fault = (typeof FAULTS)[number];

/** Which call, counted from 0, has which fault. */
export interface FaultPlan {
  readonly at: number;
  readonly fault: Fault;
}

/** Ports whose calls are recorded, one of which has a fault. */
export interface FaultyPorts {
  readonly overrides: Pick<
    Ports,
    "read" | "reader" | "writer" | "originals" | "blobs" | "documents" | "limits"
  >;
  /** `writer.commit` …, in the order in which they were begun. */
  readonly calls: readonly string[];
  /** Resolves when the fault has happened. */
  readonly injected: Promise<void>;
  /** Called after the caller got its answer: runs the late call; resolves when it has ended. */
  release(): Promise<void>;
}

/** The ports with the fault of `plan`; without a plan the calls are only recorded. */
export function injectFault(ports: TestPorts, plan: FaultPlan | null): FaultyPorts {
  const calls: string[] = [];
  const late: Promise<unknown>[] = [];
  const struck = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();

  /** `make` gets whether the caller may still abort it. */
  async function around<T>(name: string, make: (stoppable: boolean) => Promise<T>): Promise<T> {
    const at = calls.push(name) - 1;
    if (plan === null || at !== plan.at) return make(true);
    struck.resolve();
    switch (plan.fault) {
      case "fails":
        throw failureOf(name, false);
      case "lost":
        await make(true);
        throw failureOf(name, true);
      case "hangs":
        return new Promise<never>(() => undefined);
      case "late": {
        const made = released.promise.then(() => make(false));
        late.push(made.catch(() => undefined));
        return made;
      }
      case "twice":
        await make(true);
        return make(true);
    }
  }

  const only = (stoppable: boolean, signal: AbortSignal | undefined) =>
    stoppable ? signal : undefined;
  const { drizzleClient } = ports.database;
  return {
    overrides: {
      reader: readerOf({
        rows: (statement, signal) =>
          around("reader.rows", (stoppable) =>
            ports.reader.rows(statement, only(stoppable, signal)),
          ),
      }),
      read: drizzleReads({
        execute: (statement) => around("read", () => drizzleClient.execute(statement)),
      }),
      writer: {
        commit: (job, signal) =>
          around("writer.commit", (stoppable) => ports.writer.commit(job, only(stoppable, signal))),
      },
      originals: {
        store: (...args) => around("originals.store", () => ports.originals.store(...args)),
        get: (...args) => around("originals.get", () => ports.originals.get(...args)),
      },
      documents: {
        read: (bytes, signal) =>
          around("documents.read", (stoppable) =>
            ports.documents.read(bytes, only(stoppable, signal)),
          ),
        compare: (...args) => around("documents.compare", () => ports.documents.compare(...args)),
        distribution: (...args) =>
          around("documents.distribution", () => ports.documents.distribution(...args)),
      },
      limits: { take: (...args) => around("limits.take", () => ports.limits.take(...args)) },
      blobs: {
        put(key, content, signal) {
          let kept: typeof content | undefined;
          return around("blobs.put", async () => {
            // A stream can be read once: for a second put its bytes are stored.
            kept ??= plan?.fault === "twice" ? await new Response(content).bytes() : content;
            return ports.blobs.put(key, kept, signal);
          });
        },
        get: (...args) => around("blobs.get", () => ports.blobs.get(...args)),
        delete: (key) => around("blobs.delete", () => ports.blobs.delete(key)),
        list: (...args) => around("blobs.list", () => ports.blobs.list(...args)),
      },
    },
    calls,
    injected: struck.promise,
    async release() {
      released.resolve();
      await Promise.all(late);
    },
  };
}

/** The failure of the real port; for some ports the interface promises only an Error. */
function failureOf(name: string, made: boolean): Error {
  const what = { "writer.commit": "writer", "reader.rows": "reader", read: "reader" } as const;
  const part = Object.entries(what).find(([one]) => one === name)?.[1];
  if (part === undefined) return new Error(`${name} is broken`);
  if (made && part === "writer") return new Failed<PlatformFailure>({ code: "storage.unknown" });
  return new Failed<PlatformFailure>({ code: "overloaded", what: part, retryAfterS: 1 });
}
