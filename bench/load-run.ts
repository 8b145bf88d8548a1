import { Connection } from "./connection.ts";
import type { Sending } from "./requests.ts";

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

const MOST = { connections: 2_000, seconds: 900, requests: 1_000_000 };
const PROBE_MS = 10;
/** How often a connection is opened again before the driver gives up. */
const MOST_REOPENED = 5;

/** A load while it runs: its connections, and what it has counted. */
export interface Run {
  readonly options: Load;
  readonly url: URL;
  /** Every connection that was opened, also those that were lost. */
  readonly lines: Connection[];
  readonly times: number[];
  readonly probes: number[];
  readonly statuses: Record<string, number>;
  firstFault: string | null;
  errors: number;
  /** Requests that have begun, or wait until they are due. */
  started: number;
  /** When the first request of an open loop is due. */
  begun: number;
  /** Between the warm-up and the end. */
  counting: boolean;
  over: boolean;
}

/** A run whose connections are open, a hundred at a time. */
export async function connected(options: Load): Promise<Run> {
  const run: Run = {
    options,
    url: bounded(options),
    lines: [],
    times: [],
    probes: [],
    statuses: {},
    firstFault: null,
    errors: 0,
    started: 0,
    begun: 0,
    counting: (options.warmSeconds ?? 0) === 0,
    over: false,
  };
  for (let n = 0; n < options.connections; n += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, options.connections - n) }, () => connect(run)),
    );
  return run;
}

async function connect({ url, lines }: Run): Promise<Connection> {
  const line = await Connection.open(url);
  lines.push(line);
  return line;
}

const mostRequests = ({ options }: Run): number => options.requests ?? MOST.requests;

/** Waits until the next request of the open loop is due, and returns that time; null when there is none. */
async function due(run: Run, rate: number): Promise<number | null> {
  if (run.over || run.started >= mostRequests(run)) return null;
  const at = run.begun + (run.started++ * 1_000) / rate;
  const early = at - performance.now();
  if (early > 0) await Bun.sleep(early);
  return run.over ? null : at;
}

/** Sends requests over one connection until the run is over, there are none left, or it was lost too often. */
export async function drive(run: Run, first: Connection): Promise<void> {
  const { rate } = run.options;
  let line = first;
  let reopeningsLeft = MOST_REOPENED;
  while (!run.over) {
    const at = rate === undefined ? undefined : await due(run, rate);
    if (at === null || (at === undefined && run.started++ >= mostRequests(run))) return;
    const sending = run.options.next();
    try {
      await ask(run, line, sending, at);
    } catch (error) {
      if (run.over) return;
      failed(run, String(error));
      reopeningsLeft -= 1;
      if (reopeningsLeft === 0) return;
      await Bun.sleep(20);
      const again = await connect(run).catch(() => null);
      if (again === null) return;
      line = again;
    }
  }
}

/** Sends a request, which in an open loop was due `at`, and counts its answer. Throws where the connection is lost. */
async function ask(
  run: Run,
  line: Connection,
  sending: Sending,
  at: number | undefined,
): Promise<void> {
  const { options, statuses } = run;
  // A timer may fire a little early; then the request begins before it is due.
  const from = Math.min(at ?? Number.POSITIVE_INFINITY, performance.now());
  const answer = await line.ask(sending.bytes);
  const ms = performance.now() - from;
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  if (answer.status >= 200 && answer.status < 300) {
    options.acknowledged?.(sending);
    if (run.counting) run.times.push(ms);
    return;
  }
  failed(run, `${answer.status} ${answer.body.toString("utf8", 0, 300)}`);
  if (answer.status === 503) await Bun.sleep(options.refusedWaitMs ?? 0);
}

function failed(run: Run, fault: string): void {
  run.errors += 1;
  run.firstFault ??= fault;
}

/** Sends the small GET every PROBE_MS until the run is over. */
export async function probe(run: Run, line: Connection, { bytes }: Sending): Promise<void> {
  while (!run.over) {
    const from = performance.now();
    await line.ask(bytes);
    const ms = performance.now() - from;
    if (run.counting) run.probes.push(ms);
    await Bun.sleep(Math.max(0, PROBE_MS - ms));
  }
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
