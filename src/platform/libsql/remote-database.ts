import { type Client, createClient, type InStatement } from "@libsql/client/http";
import type { Circuit, CircuitFigures } from "../../resilience/circuit.ts";
import {
  type CallLimiter,
  callLimiter,
  type Runtime,
  remoteCircuit,
} from "../../resilience/policies.ts";
import type { BatchClient } from "./group-writer.ts";
import type { StatementResult } from "./rows.ts";

/** A libSQL server reached by HTTP. */
export interface RemoteDatabase {
  /** Each statement is one request that ends when the caller's signal aborts. */
  readonly reading: {
    execute(statement: InStatement, signal?: AbortSignal): Promise<StatementResult>;
  };
  /** Each batch is one atomic request. */
  readonly writing: BatchClient;
  /** For drizzle's reads. */
  readonly drizzleClient: Client;
  /** A client without limits of time, for migrations. */
  openUnlimited(): Client;
  figures(): CircuitFigures;
  close(): void;
}

/**
 * Ways to the server at an `http:`, `https:` or `libsql:` URL. Every request goes through one circuit and the lane of its
 * class (resilience/policies.ts), so that a slow server costs a caller at most that time, and a dead one nothing.
 * Errors are weather (resilience/weather.ts) or the server's.
 */
export function remoteDatabase(
  url: string,
  authToken: string | undefined,
  runtime: Runtime,
): RemoteDatabase {
  const open = (through?: Fetching): Client =>
    createClient({
      url,
      intMode: "number",
      // The lanes say how many go at once.
      concurrency: 10_000,
      ...(authToken === undefined ? {} : { authToken }),
      ...(through === undefined ? {} : { fetch: through }),
    });
  const probe = open(bounded((call) => call(AbortSignal.timeout(PROBE_MS))));
  const way: Circuit = remoteCircuit(
    "database",
    runtime.canProbe ? { probe: () => probe.execute("select 1") } : {},
  );
  const read = callLimiter(way, "read", runtime);
  const drizzleClient = open(bounded(read));
  const writing = open(bounded(callLimiter(way, "write", runtime)));
  return {
    reading: {
      // A client of HTTP is a few fields: one for each signal costs less than a thousandth of its request.
      execute: (statement, signal) =>
        (signal === undefined ? drizzleClient : open(bounded(read, signal))).execute(statement),
    },
    writing: { batch: (statements, mode) => writing.batch(statements, mode) },
    drizzleClient,
    openUnlimited: () => open(),
    figures: way.figures,
    close() {
      way.end();
      for (const client of [drizzleClient, writing, probe]) client.close();
    },
  };
}

const PROBE_MS = 1_500;

type Fetching = (request: Request) => Promise<Response>;

/** An answer 5xx of the server, or of a proxy before it: weather. */
class ServerFault extends Error {
  readonly code = "SERVER_ERROR";

  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.name = "ServerFault";
  }
}

/**
 * fetch within a lane, until the last byte of the answer. A caller that leaves ends its request and says nothing about the
 * server.
 */
function bounded(way: CallLimiter, signal?: AbortSignal): Fetching {
  return (request) =>
    way(async (within) => {
      const until = signal === undefined ? within : AbortSignal.any([within, signal]);
      const answer = await fetch(request, { signal: until });
      if (answer.status >= 500) {
        await answer.body?.cancel();
        throw new ServerFault(answer.status);
      }
      const { status, headers } = answer;
      return new Response(await answer.arrayBuffer(), { status, headers });
    });
}
