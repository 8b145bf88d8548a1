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

/** A libSQL server that is reached by HTTP. */
export interface RemoteDatabase {
  /** Each statement is one request that ends when the caller's signal aborts. */
  readonly reading: {
    execute(statement: InStatement, signal?: AbortSignal): Promise<StatementResult>;
  };
  /** Each batch is one atomic request. */
  readonly writing: BatchClient;
  /** For drizzle's reads. */
  readonly drizzleClient: Client;
  /** Opens a client without time limits, for migrations. */
  openUnlimited(): Client;
  figures(): CircuitFigures;
  close(): void;
}

/**
 * Clients for the server at an `http:`, `https:` or `libsql:` URL. Every request goes through one circuit and the limits of its
 * class (resilience/policies.ts): a slow server costs a caller at most that time, and one that is down almost nothing.
 * Errors are transient (resilience/transient-faults.ts) or the server's.
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
      // The call limiters bound how many run at once.
      concurrency: 10_000,
      ...(authToken === undefined ? {} : { authToken }),
      ...(through === undefined ? {} : { fetch: through }),
    });
  const probe = open(bounded((call) => call(AbortSignal.timeout(PROBE_MS))));
  const circuit: Circuit = remoteCircuit(
    "database",
    runtime.canProbe ? { probe: () => probe.execute("select 1") } : {},
  );
  const read = callLimiter(circuit, "read", runtime);
  const drizzleClient = open(bounded(read));
  const writing = open(bounded(callLimiter(circuit, "write", runtime)));
  return {
    reading: {
      // A client of HTTP is a few fields: one for each signal costs less than a thousandth of its request.
      execute: (statement, signal) =>
        (signal === undefined ? drizzleClient : open(bounded(read, signal))).execute(statement),
    },
    writing: { batch: (statements, mode) => writing.batch(statements, mode) },
    drizzleClient,
    openUnlimited: () => open(),
    figures: circuit.figures,
    close() {
      circuit.end();
      for (const client of [drizzleClient, writing, probe]) client.close();
    },
  };
}

const PROBE_MS = 1_500;

type Fetching = (request: Request) => Promise<Response>;

/** An answer 5xx of the server, or of a proxy before it: a transient fault. */
class ServerFault extends Error {
  readonly code = "SERVER_ERROR";

  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.name = "ServerFault";
  }
}

/**
 * fetch within the limits of a class, until the last byte of the answer. An abort by the caller ends its request and does not
 * count as a failure of the server.
 */
function bounded(limiter: CallLimiter, signal?: AbortSignal): Fetching {
  return (request) =>
    limiter(async (within) => {
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
