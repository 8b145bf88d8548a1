import { parseArgs } from "node:util";
import { NoteStream } from "../src/synthetic/note-stream.ts";
import { Connection } from "./connection.ts";
import { quantile } from "./figures.ts";
import { connected, drive, type Load, probe, type Run } from "./load-run.ts";
import { cpuSeconds, megabytes } from "./process.ts";
import { form, get, post } from "./requests.ts";

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

/** How long the last answers are waited for after the end. */
const GRACE_MS = 10_000;
/**
 * Loads a server on 127.0.0.1 and returns the figures. Closed loop: a request begins after the answer before it. Open loop:
 * request n is due n / rate seconds after the start, on any free connection, and its latency counts from then. Throws RangeError
 * for another host or a value out of range.
 */
export async function load(options: Load): Promise<Figures> {
  const run = await connected(options);
  const prober = options.probe === undefined ? null : await Connection.open(run.url);
  run.begun = performance.now();
  const drives = Promise.all(run.lines.map((line) => drive(run, line)));
  const probing =
    prober === null || options.probe === undefined
      ? null
      : probe(run, prober, options.probe).catch(() => undefined);
  const measured = await measure(run, drives);
  await atMost(GRACE_MS, Promise.all([drives, probing]));
  for (const line of run.lines) line.close();
  prober?.close();
  return figuresOf(run, measured);
}

/** The measured time and the processor's time in it, s. */
interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Waits for the warm-up, counts for the measured time, and ends the run. */
async function measure(run: Run, drives: Promise<unknown>): Promise<Measured> {
  const { pid, seconds, warmSeconds = 0 } = run.options;
  const used = () => (pid === undefined ? Number.NaN : cpuSeconds(pid));
  if (warmSeconds > 0) await atMost(warmSeconds * 1_000, drives);
  run.counting = true;
  const from = performance.now();
  const cpu = used();
  await atMost(seconds * 1_000, drives);
  run.counting = false;
  run.over = true;
  return { seconds: (performance.now() - from) / 1_000, cpuSeconds: used() - cpu };
}

function figuresOf(run: Run, measured: Measured): Figures {
  const { times, errors, statuses, firstFault, probes } = run;
  const { pid } = run.options;
  const memory = (name: "VmRSS" | "VmHWM") =>
    pid === undefined ? Number.NaN : megabytes(pid, name);
  return {
    perSecond: times.length / measured.seconds,
    latency: latencyOf(times),
    errors,
    statuses,
    firstFault,
    seconds: measured.seconds,
    probe: latencyOf(probes),
    cpuMs: (measured.cpuSeconds * 1_000) / times.length,
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
