import { waitUntil } from "cloudflare:workers";
import type { Config } from "../../config.ts";
import { Failed } from "../../lib/result.ts";
import { noopTrace, noopTracer } from "../../observability/no-op.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { FIRST_HOME, type Homes } from "../../ports/homes.ts";
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
import { edgeOutgoing } from "./outgoing.ts";
import { assetsPage } from "./page-files.ts";
import { workersQueue } from "./queue.ts";
import { withSchemaCheck } from "./schema.ts";
import { edgeTracer } from "./tracer.ts";
import { unboundBlobs, unboundQueue } from "./unbound.ts";

/** Longest time that a busy database is retried. */
const WRITE_WAIT_MS = 5_000;

/** Bytes of documents in memory together, as sent; in work they take several times as much of the isolate's 128 MB. */
const DOCUMENT_BYTES = 8 << 20;

/** The ports that an isolate reuses for all requests: none of them waits for the network on behalf of a request. */
type IsolatePorts = Omit<Ports, "writer" | "commitSignal" | "stopping" | "meter"> &
  EdgeHome & {
    meter: EdgeMeter;
    /** Further databases, by name. */
    others: ReadonlyMap<string, EdgeHome>;
  };

/** What an isolate has of one database. */
interface EdgeHome extends Pick<Ports, "read" | "reader" | "originals"> {
  /** Writes that only the database of this installation accepts. */
  readonly checkedWriting: BatchClient;
}

/**
 * Between two requests of an isolate no timer fires, and no request may wait for another one. The runtime stops a request
 * whose client has disconnected: `waitUntil` lets its calls finish, so that circuits and bulkheads count them right.
 */
const WORKER_RUNTIME = { canProbe: false, canQueue: false, waitUntil };

export interface EdgePorts extends Ports {
  readonly writer: GroupWriter;
}

const isolates = new WeakMap<Bindings, IsolatePorts>();

/**
 * The ports of one request on Workers. Fails with PlatformFailure `not_configured`; the log says what is missing.
 * Each request has its own writer: workerd ends a request's network with it, and another request that shared its commit would
 * wait for ever. So only the concurrent writes of one request share a commit.
 */
export function cloudflarePorts(bindings: Bindings, domain: DocumentDomain): EdgePorts {
  const { others, ...shared } = isolates.get(bindings) ?? isolatePorts(bindings, domain);
  const writerOf = ({ checkedWriting }: EdgeHome): GroupWriter =>
    groupWriter(checkedWriting, {
      group: shared.config.COMMIT_GROUP,
      queue: shared.config.COMMIT_QUEUE,
      waitMs: WRITE_WAIT_MS,
      yieldToEventLoop: shared.yieldToEventLoop,
    });
  const ports: EdgePorts = {
    ...shared,
    ...requestCommitSignal(),
    meter: shared.meter.ofInvocation(),
    withMemory: memorySemaphore(DOCUMENT_BYTES),
    writer: writerOf(shared),
  };
  return others.size === 0 ? ports : withOthers(ports, others, writerOf);
}

/** The ports with all homes; those of a further one are made when they are asked for. */
function withOthers(
  ports: EdgePorts,
  others: ReadonlyMap<string, EdgeHome>,
  writerOf: (home: EdgeHome) => GroupWriter,
): EdgePorts {
  const made = new Map<string, Ports>();
  const homes: Homes = {
    get first() {
      return first;
    },
    names: [FIRST_HOME, ...others.keys()],
    named(name) {
      const known = made.get(name);
      const home = others.get(name);
      if (known !== undefined || home === undefined) return known;
      const { read, reader, originals } = home;
      const there: Ports = { ...first, read, reader, originals, writer: writerOf(home) };
      made.set(name, there);
      return there;
    },
  };
  const first: EdgePorts = { ...ports, homes };
  made.set(FIRST_HOME, first);
  return first;
}

function isolatePorts(bindings: Bindings, domain: DocumentDomain): IsolatePorts {
  const clock = { now: () => Date.now() };
  const config = configured(bindings, consoleLog("info", clock));
  const log = consoleLog(config.LOG_LEVEL, clock);
  const limiterFor = (name: string, kind: Parameters<typeof callLimiter>[1]) =>
    callLimiter(remoteCircuit(name, { counts: () => true }), kind, WORKER_RUNTIME);
  const meter = edgeMeter(bindings.METRICS, () => clock.now() / 1_000);
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const limited = config.RATE_LIMIT_BURST > 0 && config.RATE_LIMIT_PER_SECOND > 0;
  const { BUCKETS: buckets, WALL_NETWORK: network, WALL_BUCKET: userLimit } = bindings;
  const { ORIGINALS: bucket, FILES: files, JOBS: jobs } = bindings;
  const marked = bucket ?? files;
  const marksOf = (name?: string) =>
    marked && bucketMarks(marked, limiterFor("installation", "blob"), name);
  const marks = marksOf();
  const home = (url: string, name?: string): EdgeHome => {
    const token = config.DATABASE_AUTH_TOKEN;
    const database = withSchemaCheck(
      remoteDatabase(url, token, WORKER_RUNTIME),
      { log, clock },
      config.DATABASE_URLS.map((other) => other.name),
    );
    const reader = clientReader(database.reading);
    const marks = marksOf(name);
    const check = marks && commitCheckOf(marks, { clock, log });
    return {
      read: drizzleReads(database.drizzleClient),
      reader,
      checkedWriting:
        check === undefined
          ? database.writing
          : checkedBatches(database.writing, new URL(url).host, check, EDGE_WAY_OUT),
      originals:
        bucket === undefined
          ? tableOriginals({ reader, clock }, webGzip)
          : bucketOriginals(bucket, limiterFor("originals", "blob"), { reader, clock }),
    };
  };
  const first = home(config.DATABASE_URL);
  const ports: IsolatePorts = {
    config,
    ...first,
    others: new Map(config.DATABASE_URLS.map(({ name, url }) => [name, home(url, name)])),
    blobs:
      files === undefined
        ? unboundBlobs
        : checkedBlobs(bucketBlobs(files, limiterFor("files", "blob")), withKnownLength),
    queue:
      jobs === undefined
        ? unboundQueue
        : workersQueue(jobs, { limiter: limiterFor("queue", "queue"), log }),
    documents: inlineDocuments(domain),
    passwords: passwordHasher(nodeScrypt, config.PASSWORD_COST, WORKER_RUNTIME),
    limits:
      buckets === undefined
        ? memoryLimits(clock)
        : cloudflareLimits(
            {
              buckets,
              // A limit that is turned off also turns the edge limits off.
              edgeLimits: limited ? { network, bucket: userLimit } : {},
              limiter: limiterFor("limits", "limits"),
            },
            { clock, log, meter },
          ),
    health: cloudflareHealth({ reader: first.reader, clock }, bindings, marks),
    page: assetsPage(bindings.ASSETS),
    outgoing: edgeOutgoing(
      callLimiter(remoteCircuit("webhooks", { counts: () => false }), "webhook", WORKER_RUNTIME),
      config.WEBHOOKS_ALLOW_PRIVATE,
    ),
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
            limiterFor("collector", "telemetry"),
          ),
    trace: noopTrace(),
    inRequest: { bytes: 10 << 20, documents: 50 },
    extendIdleTimeout: () => undefined,
    peer: (request) => request.headers.get("cf-connecting-ip"),
    yieldToEventLoop: async () => undefined,
  };
  isolates.set(bindings, ports);
  return ports;
}

const commitCheckOf = (marks: Marks, { clock, log }: Pick<Ports, "clock" | "log">) =>
  isolateCommitCheck({
    marks,
    clock,
    waitUntil,
    onRefused: ({ message }) => log("error", "storage.gone", { what: message }),
    onMarkFailed: () => log("warn", "installation.unmarked"),
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
