import { type Client, createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import type { Config } from "../../config.ts";
import { Failed } from "../../lib/result.ts";
import { quietMeter, quietTracer } from "../../observability/quiet.ts";
import type { Log, PlatformFailure, Ports } from "../../ports.ts";
import { groupWriter } from "../group-writer.ts";
import { jsonLines } from "../log-lines.ts";
import { type DocumentDomain, inlineDocuments } from "../memory/documents.ts";
import { memoryLimits } from "../memory/limits.ts";
import { nodeScrypt } from "../node-scrypt.ts";
import { passwordHasher } from "../password-hash.ts";
import { clientReader } from "../reader.ts";
import { tableOriginals } from "../table-originals.ts";
import { type Bindings, configOf } from "./bindings.ts";
import { cloudflareHealth } from "./health.ts";
import { bucketOriginals, webGzip } from "./originals.ts";
import { unboundBlobs, unboundQueue } from "./unbound.ts";

/** Longest time that a busy database is waited for (design decision 11). */
const PATIENCE_MS = 5_000;

/** What an isolate keeps from one request to the next: nothing of it waits for the network on behalf of a request. */
type Kept = Omit<Ports, "read" | "writer"> & { open(): Client };

const isolates = new WeakMap<Bindings, Kept>();

/**
 * The world of one request on Workers. Fails with PlatformFailure `not_configured`; what is missing is said in the log.
 * The client and the writer live as long as the request: workerd ends a request's network with it, and whoever had
 * joined its commit would wait for ever. So a request commits alone, and what it writes at once is its group.
 */
export function cloudflarePorts(bindings: Bindings, domain: DocumentDomain): Ports {
  const kept = isolates.get(bindings) ?? keep(bindings, domain);
  const client = kept.open();
  return {
    ...kept,
    read: drizzle(client),
    writer: groupWriter(client, {
      group: kept.config.COMMIT_GROUP,
      queue: kept.config.COMMIT_QUEUE,
      patienceMs: PATIENCE_MS,
      breathe: kept.breathe,
    }),
  };
}

function keep(bindings: Bindings, domain: DocumentDomain): Kept {
  const clock = { now: () => Date.now() };
  const config = configured(bindings, consoleLog("info", clock));
  const open = () =>
    createClient({
      url: config.DATABASE_URL,
      intMode: "number",
      ...(config.DATABASE_AUTH_TOKEN === undefined
        ? {}
        : { authToken: config.DATABASE_AUTH_TOKEN }),
    });
  const reader = clientReader({ execute: (statement) => open().execute(statement) });
  const bucket = bindings.ORIGINALS;
  const kept: Kept = {
    config,
    open,
    reader,
    originals:
      bucket === undefined ? tableOriginals({ reader, clock }, webGzip) : bucketOriginals(bucket),
    blobs: unboundBlobs,
    queue: unboundQueue,
    documents: inlineDocuments(domain),
    passwords: passwordHasher(nodeScrypt, config.PASSWORD_COST),
    limits: memoryLimits(clock),
    health: cloudflareHealth({ reader, clock }, bucket),
    // An isolate is never told that it ends.
    stopping: new AbortController().signal,
    clock,
    log: consoleLog(config.LOG_LEVEL, clock),
    meter: quietMeter(() => clock.now() / 1_000),
    tracer: quietTracer,
    trace: quietTracer.begin("isolate", "consumer", null).trace,
    patience: () => undefined,
    peer: (request) => request.headers.get("cf-connecting-ip"),
    breathe: async () => undefined,
  };
  isolates.set(bindings, kept);
  return kept;
}

function configured(bindings: Bindings, log: Log): Config {
  try {
    return configOf(bindings);
  } catch (error) {
    log("error", "not_configured", { why: error instanceof Error ? error.message : "" });
    throw new Failed<PlatformFailure>({ code: "not_configured" }, { cause: error });
  }
}

const consoleLog = (least: Config["LOG_LEVEL"], clock: Ports["clock"]): Log =>
  // biome-ignore lint/suspicious/noConsole: on Workers the console is the log
  jsonLines(least, clock, (line) => console.log(line.trimEnd()));
