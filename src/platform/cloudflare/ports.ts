import { waitUntil } from "cloudflare:workers";
import type { Config } from "../../config.ts";
import { Failed } from "../../lib/result.ts";
import { noopTrace, noopTracer } from "../../observability/no-op.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Log } from "../../ports/telemetry.ts";
import { callLimiter, remoteCircuit } from "../../resilience/policies.ts";
import { checkedBlobs } from "../checked-blobs.ts";
import { checkedBatches, type Marks } from "../installation.ts";
import { type BatchClient, type GroupWriter, groupWriter } from "../libsql/group-writer.ts";
import { clientReader, drizzleReads } from "../libsql/reader.ts";
import { remoteDatabase } from "../libsql/remote-database.ts";
import { tableOriginals } from "../libsql/table-originals.ts";
import { jsonLines } from "../log-lines.ts";
import { type DocumentDomain, inlineDocuments } from "../memory/documents.ts";
import { memoryLimits } from "../memory/limits.ts";
import { nodeScrypt } from "../node-scrypt.ts";
import { passwordHasher } from "../password-hash.ts";
import { type Bindings, configOf } from "./bindings.ts";
import { bucketBlobs, withKnownLength } from "./blobs.ts";
import { bucketMarks } from "./bucket-marks.ts";
import { EDGE_WAY_OUT, isolateCommitCheck } from "./commit-check.ts";
import { requestCommitSignal } from "./commit-signal.ts";
import { cloudflareHealth } from "./health.ts";
import { cloudflareLimits } from "./limits.ts";
import { memorySemaphore } from "./memory-semaphore.ts";
import { type EdgeMeter, edgeMeter } from "./meter.ts";
import { bucketOriginals, webGzip } from "./originals.ts";
import { workersQueue } from "./queue.ts";
import { type DatabaseClients, withSchemaCheck } from "./schema.ts";
import { edgeTracer } from "./tracer.ts";
import { unboundBlobs, unboundQueue } from "./unbound.ts";

/** Longest time that a busy database is waited for (design decision 11). */
const PATIENCE_MS = 5_000;

/** Documents in memory together, as sent; read and judged they take several times as much, of 128 MB. */
const ROOM_BYTES = 8 << 20;

/** What an isolate keeps from one request to the next: nothing of it waits for the network on behalf of a request. */
type Kept = Omit<Ports, "writer" | "commitSignal" | "stopping" | "meter"> & {
  database: DatabaseClients;
  /** Its writes, which only this installation's database takes. */
  sealed: BatchClient;
  meter: EdgeMeter;
};

/**
 * Between two requests of an isolate no timer fires, and what one waits for another may not end. A request that its client
 * leaves is stopped where it waits: its calls are held until they end, so that nothing that counts them is ever wrong.
 */
const NOTHING_BETWEEN = { canProbe: false, canQueue: false, waitUntil };

export interface EdgePorts extends Ports {
  readonly writer: GroupWriter;
}

const isolates = new WeakMap<Bindings, Kept>();

/**
 * The world of one request on Workers. Fails with PlatformFailure `not_configured`; what is missing is said in the log.
 * The writer lives as long as the request: workerd ends a request's network with it, and whoever had joined its commit
 * would wait for ever. So a request commits alone, and what it writes at once is its group.
 */
export function cloudflarePorts(bindings: Bindings, domain: DocumentDomain): EdgePorts {
  const kept = isolates.get(bindings) ?? keep(bindings, domain);
  return {
    ...kept,
    ...requestCommitSignal(),
    meter: kept.meter.ofInvocation(),
    withMemory: memorySemaphore(ROOM_BYTES),
    writer: groupWriter(kept.sealed, {
      group: kept.config.COMMIT_GROUP,
      queue: kept.config.COMMIT_QUEUE,
      waitMs: PATIENCE_MS,
      yieldToEventLoop: kept.yieldToEventLoop,
    }),
  };
}

function keep(bindings: Bindings, domain: DocumentDomain): Kept {
  const clock = { now: () => Date.now() };
  const config = configured(bindings, consoleLog("info", clock));
  const log = consoleLog(config.LOG_LEVEL, clock);
  const { DATABASE_URL: url, DATABASE_AUTH_TOKEN: token } = config;
  const database = withSchemaCheck(remoteDatabase(url, token, NOTHING_BETWEEN), { log, clock });
  const reader = clientReader(database.reading);
  const way = (name: string, kind: "blob" | "queue" | "limits" | "telemetry") =>
    callLimiter(remoteCircuit(name, { counts: () => true }), kind, NOTHING_BETWEEN);
  const meter = edgeMeter(bindings.METRICS, () => clock.now() / 1_000);
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const limited = config.RATE_LIMIT_BURST > 0 && config.RATE_LIMIT_PER_SECOND > 0;
  const { BUCKETS: buckets, WALL_NETWORK: network, WALL_BUCKET: wall } = bindings;
  const { ORIGINALS: bucket, FILES: files, JOBS: jobs } = bindings;
  const marked = bucket ?? files;
  const marks = marked && bucketMarks(marked, way("installation", "blob"));
  const kept: Kept = {
    config,
    database,
    sealed:
      marks === undefined
        ? database.writing
        : checkedBatches(
            database.writing,
            new URL(url).host,
            sealOf(marks, { clock, log }),
            EDGE_WAY_OUT,
          ),
    read: drizzleReads(database.drizzleClient),
    reader,
    originals:
      bucket === undefined
        ? tableOriginals({ reader, clock }, webGzip)
        : bucketOriginals(bucket, way("originals", "blob"), { reader, clock }),
    blobs:
      files === undefined
        ? unboundBlobs
        : checkedBlobs(bucketBlobs(files, way("files", "blob")), withKnownLength),
    queue:
      jobs === undefined ? unboundQueue : workersQueue(jobs, { way: way("queue", "queue"), log }),
    documents: inlineDocuments(domain),
    passwords: passwordHasher(nodeScrypt, config.PASSWORD_COST, NOTHING_BETWEEN),
    limits:
      buckets === undefined
        ? memoryLimits(clock)
        : cloudflareLimits(
            {
              buckets,
              // Who turns the limit off means all of it.
              edgeLimits: limited ? { network, bucket: wall } : {},
              way: way("limits", "limits"),
            },
            { clock, log, meter },
          ),
    health: cloudflareHealth({ reader, clock }, bindings, marks),
    clock,
    log,
    meter,
    tracer:
      endpoint === undefined
        ? noopTracer
        : edgeTracer(
            {
              endpoint,
              headers: config.OTEL_EXPORTER_OTLP_HEADERS,
              ratio: config.OTEL_TRACES_SAMPLER_ARG,
            },
            { clock, meter },
            way("collector", "telemetry"),
          ),
    trace: noopTrace(),
    inRequest: { bytes: 10 << 20, documents: 50 },
    extendIdleTimeout: () => undefined,
    peer: (request) => request.headers.get("cf-connecting-ip"),
    yieldToEventLoop: async () => undefined,
  };
  isolates.set(bindings, kept);
  return kept;
}

const sealOf = (marks: Marks, { clock, log }: Pick<Ports, "clock" | "log">) =>
  isolateCommitCheck({
    marks,
    clock,
    hold: waitUntil,
    lost: ({ message }) => log("error", "storage.gone", { what: message }),
    failed: () => log("warn", "installation.unmarked"),
  });

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
