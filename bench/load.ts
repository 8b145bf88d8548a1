import { parseArgs } from "node:util";
import { NoteStream } from "../src/synthetic/note-stream.ts";
import { Connection } from "./connection.ts";
import { quantile } from "./figures.ts";
import { cpuSeconds, megabytes } from "./process.ts";
import { form, get, post, type Sending } from "./requests.ts";

/** Options of a load. Times in seconds, rates in requests per second. */
export interface Load {
  /** `http://127.0.0.1:PORT`; no other host is accepted. */
  readonly url: string;
  readonly connections: number;
  /** Measured time after the warm-up; ends earlier when `requests` are answered. */
  readonly seconds: number;
  readonly warmSeconds?: number | undefined;
  readonly requests?: number | undefined;
  /** Open loop: requests begin at this rate, independent of the answers. Absent: each connection waits for its answer. */
  readonly rate?: number | undefined;
  /** How long a connection waits after a 503, as a client that honours Retry-After does; absent: not at all. */
  readonly refusedWaitMs?: number | undefined;
  next(): Sending;
  /** A small GET on a connection of its own, every PROBE_MS. */
  readonly probe?: Sending | undefined;
  /** Process whose CPU and memory are measured. */
  readonly pid?: number | undefined;
  /** Called with every request that was answered 2xx, also in the warm-up. */
  acknowledged?(sending: Sending): void;
}

/** Milliseconds from the intended start to the last byte of the answer. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Figures {
  /** Answers 2xx a second. */
  readonly perSecond: number;
  readonly latency: Latency;
  /** Answers that were not 2xx, and connections lost, of the whole run. */
  readonly errors: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstFault: string | null;
  readonly seconds: number;
  readonly probe: Latency;
  /** Milliseconds of the process for each answer 2xx; NaN without `pid`. */
  readonly cpuMs: number;
  readonly rssMB: number;
  readonly peakMB: number;
}

const MOST = { connections: 2_000, seconds: 900, requests: 1_000_000 };
const PROBE_MS = 10;
/** How long the last answers are waited for after the end. */
const GRACE_MS = 10_000;
/** How often a connection is opened again before the driver gives up. */
const MOST_REOPENED = 5;

/**
 * Loads a server on 127.0.0.1 and returns the figures. Closed loop: a request begins after the answer before it. Open loop:
 * request n is due n / rate seconds after the start, on any free connection, and its latency counts from then. Throws RangeError
 * for another host or a value out of range.
 */
export async function load(options: Load): Promise<Figures> {
  const url = bounded(options);
  const warmMs = (options.warmSeconds ?? 0) * 1_000;
  const times: number[] = [];
  const probes: number[] = [];
  const statuses: Record<string, number> = {};
  let firstFault: string | null = null;
  let errors = 0;
  let started = 0;
  let counting = warmMs === 0;
  let over = false;

  const lines: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const line = await Connection.open(url);
    lines.push(line);
    return line;
  };
  for (let n = 0; n < options.connections; n += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, options.connections - n) }, () => connect()),
    );
  const prober = options.probe === undefined ? null : await Connection.open(url);

  const begun = performance.now();
  const mostRequests = options.requests ?? MOST.requests;

  /** Waits until the next request of the open loop is due, and returns that time; null when there is none. */
  async function due(rate: number): Promise<number | null> {
    if (over || started >= mostRequests) return null;
    const at = begun + (started++ * 1_000) / rate;
    const early = at - performance.now();
    if (early > 0) await Bun.sleep(early);
    return over ? null : at;
  }

  async function drive(first: Connection): Promise<void> {
    let line = first;
    let reopeningsLeft = MOST_REOPENED;
    while (!over) {
      const at = options.rate === undefined ? undefined : await due(options.rate);
      if (at === null || (at === undefined && started++ >= mostRequests)) return;
      const sending = options.next();
      // A timer may fire a little early; then the request begins before it is due.
      const from = Math.min(at ?? Number.POSITIVE_INFINITY, performance.now());
      try {
        const answer = await line.ask(sending.bytes);
        const ms = performance.now() - from;
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if (answer.status >= 200 && answer.status < 300) {
          options.acknowledged?.(sending);
          if (counting) times.push(ms);
        } else {
          errors += 1;
          firstFault ??= `${answer.status} ${answer.body.toString("utf8", 0, 300)}`;
          if (answer.status === 503) await Bun.sleep(options.refusedWaitMs ?? 0);
        }
      } catch (error) {
        if (over) return;
        errors += 1;
        firstFault ??= String(error);
        reopeningsLeft -= 1;
        if (reopeningsLeft === 0) return;
        await Bun.sleep(20);
        const again = await connect().catch(() => null);
        if (again === null) return;
        line = again;
      }
    }
  }

  async function probe(line: Connection, { bytes }: Sending): Promise<void> {
    while (!over) {
      const from = performance.now();
      await line.ask(bytes);
      const ms = performance.now() - from;
      if (counting) probes.push(ms);
      await Bun.sleep(Math.max(0, PROBE_MS - ms));
    }
  }

  const used = () => (options.pid === undefined ? Number.NaN : cpuSeconds(options.pid));
  const drives = Promise.all(lines.map(drive));
  const probing =
    prober === null || options.probe === undefined
      ? null
      : probe(prober, options.probe).catch(() => undefined);
  if (warmMs > 0) await atMost(warmMs, drives);
  counting = true;
  const from = performance.now();
  const cpu = used();
  await atMost(options.seconds * 1_000, drives);
  counting = false;
  over = true;
  const seconds = (performance.now() - from) / 1_000;
  const cpuUsed = used() - cpu;
  await atMost(GRACE_MS, Promise.all([drives, probing]));
  for (const line of lines) line.close();
  prober?.close();
  const memory = (name: "VmRSS" | "VmHWM") =>
    options.pid === undefined ? Number.NaN : megabytes(options.pid, name);
  return {
    perSecond: times.length / seconds,
    latency: latencyOf(times),
    errors,
    statuses,
    firstFault,
    seconds,
    probe: latencyOf(probes),
    cpuMs: (cpuUsed * 1_000) / times.length,
    rssMB: memory("VmRSS"),
    peakMB: memory("VmHWM"),
  };
}

/** Waits for `work`, at most for the given time; leaves no timer. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, work]);
  clearTimeout(timer);
}

function bounded({ url, connections, seconds, requests = 1 }: Load): URL {
  const parsed = new URL(url);
  if (parsed.hostname !== "127.0.0.1") throw new RangeError(`${parsed.hostname} is not 127.0.0.1`);
  if (connections < 1 || connections > MOST.connections)
    throw new RangeError(`connections: 1 to ${MOST.connections}`);
  if (seconds <= 0 || seconds > MOST.seconds) throw new RangeError(`seconds: to ${MOST.seconds}`);
  if (requests < 1 || requests > MOST.requests)
    throw new RangeError(`requests: 1 to ${MOST.requests}`);
  return parsed;
}

function latencyOf(times: number[]): Latency {
  const sorted = Float64Array.from(times).sort();
  return {
    count: sorted.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  };
}

/**
 * bun bench/load.ts --url http://127.0.0.1:8003 [--path /api/nfe/upload?approve=true] [--token JWT] [--connections 64]
 *   [--seconds 10] [--warm 1] [--requests N] [--rate R] [--items 10] [--products 5000] [--seed 1] [--field file | --raw]
 *   [--get] [--probe /api/health] [--pid PID]
 * Prints one line of JSON. `--get` sends GET requests to `--path` instead of uploads.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string", default: "http://127.0.0.1:8003" },
      path: { type: "string", default: "/api/nfe/upload?approve=true" },
      token: { type: "string" },
      connections: { type: "string", default: "64" },
      seconds: { type: "string", default: "10" },
      warm: { type: "string", default: "1" },
      requests: { type: "string" },
      rate: { type: "string" },
      items: { type: "string", default: "10" },
      products: { type: "string", default: "5000" },
      seed: { type: "string", default: "1" },
      field: { type: "string", default: "file" },
      raw: { type: "boolean", default: false },
      get: { type: "boolean", default: false },
      probe: { type: "string" },
      pid: { type: "string" },
    },
  });
  const to = { url: values.url, path: values.path, token: values.token };
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const asked = get(to);
  const notes = new NoteStream({
    items: Number(values.items),
    products: Number(values.products),
    seed: Number(values.seed),
  });
  const next = () => {
    if (values.get) return asked;
    return values.raw ? post(to, notes.next()) : form(to, values.field, [notes.next()]);
  };
  const figures = await load({
    url: values.url,
    connections: Number(values.connections),
    seconds: Number(values.seconds),
    warmSeconds: Number(values.warm),
    requests: number(values.requests),
    rate: number(values.rate),
    next,
    probe: values.probe === undefined ? undefined : get({ ...to, path: values.probe }),
    pid: number(values.pid),
  });
  console.log(JSON.stringify(figures));
}

if (import.meta.main) await main();
