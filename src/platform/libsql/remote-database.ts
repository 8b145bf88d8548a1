import type { InStatement } from "@libsql/client";
import type { Circuit, CircuitFigures } from "../../resilience/circuit.ts";
import {
  type CallLimiter,
  callLimiter,
  type Runtime,
  remoteCircuit,
} from "../../resilience/policies.ts";
import type { BatchClient } from "./group-writer.ts";
import {
  batchRemotely,
  type Exchange,
  executeRemotely,
  type Pipeline,
  pipelineOf,
  valuesRemotely,
} from "./hrana.ts";
import type { DrizzleClient } from "./reader.ts";
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
  readonly drizzleClient: DrizzleClient;
  /** For a client of @libsql/client, where a runtime has one: its requests are limited as reads are. */
  readonly fetching: Fetching;
  figures(): CircuitFigures;
  close(): void;
}

/**
 * What the server at an `http:`, `https:` or `libsql:` URL is asked. Every request goes through one circuit and the limits of its
 * class (resilience/policies.ts): a slow server costs a caller at most that time, and one that is down almost nothing.
 * Errors are transient (resilience/transient-faults.ts) or the server's. Throws TypeError for another URL.
 */
export function remoteDatabase(
  url: string,
  authToken: string | undefined,
  runtime: Runtime,
): RemoteDatabase {
  const address = pipelineOf(url, authToken);
  const probes = exchanging((call) => call(AbortSignal.timeout(PROBE_MS)), address);
  const circuit: Circuit = remoteCircuit(
    "database",
    runtime.canProbe ? { probe: () => executeRemotely("select 1", probes) } : {},
  );
  const read = callLimiter(circuit, "read", runtime);
  const reads = exchanging(read, address);
  const writes = exchanging(callLimiter(circuit, "write", runtime), address);
  return {
    reading: { execute: (statement, signal) => executeRemotely(statement, reads, signal) },
    writing: { batch: (statements) => batchRemotely(statements, writes) },
    drizzleClient: {
      execute: async (statement) => ({ rows: await valuesRemotely(statement, reads) }),
    },
    fetching: bounded(read),
    figures: circuit.figures,
    close: circuit.end,
  };
}

const PROBE_MS = 1_500;
const encoder = new TextEncoder();

/** What is written is sent to the address that the operator gave, and to no other that an answer names. */
const STAYING = { redirect: "manual" } as const;

export type Fetching = (request: Request) => Promise<Response>;

/** An answer 5xx of the server, or of a proxy before it: a transient fault. */
class ServerFault extends Error {
  readonly code = "SERVER_ERROR";

  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.name = "ServerFault";
  }
}

/**
 * Exchanges of Hrana within the limits of a class, until the last byte of the answer. An abort by the caller ends its request and
 * does not count as a failure of the server.
 */
function exchanging(limiter: CallLimiter, { url, headers }: Pipeline): Exchange {
  return (body, signal) =>
    limiter(async (within) => {
      const until = signal === undefined ? within : AbortSignal.any([within, signal]);
      // workerd takes a tenth of the whole request longer to write a text as UTF-8 itself.
      const bytes = encoder.encode(body);
      const asked = fetch(url, { method: "POST", headers, body: bytes, signal: until, ...STAYING });
      const answer = await working(asked);
      // A proxy may answer in words of its own.
      const json = jsonIn(await answer.text());
      return { status: answer.status, json };
    });
}

/** fetch within the limits of a class, until the last byte of the answer. */
function bounded(limiter: CallLimiter): Fetching {
  return (request) =>
    limiter(async (within) => {
      const answer = await working(fetch(request, { signal: within, ...STAYING }));
      const { status, headers } = answer;
      return new Response(await answer.arrayBuffer(), { status, headers });
    });
}

/** The answer of a server that works. */
async function working(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (answer.status < 500) return answer;
  await answer.body?.cancel();
  throw new ServerFault(answer.status);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
