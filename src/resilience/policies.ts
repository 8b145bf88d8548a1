import {
  bulkhead,
  ConsecutiveBreaker,
  CountBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleAll,
  handleWhen,
  type RetryPolicy,
  retry,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";
import { type Circuit, type CircuitRules, circuit } from "./circuit.ts";
import { isRemoteFault, isShed, isTransient, notApplied } from "./transient-faults.ts";

/** Full jitter: two processes that collided once do not collide again at the next try. */
const jitter = (initialDelay: number, maxDelay: number) =>
  new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay, maxDelay });

/**
 * Retries a read after a transient fault a few times, within about a second. Not after a rejection by one of our policies:
 * the call has then used its whole time, or too many calls were waiting.
 */
export const readRetry: RetryPolicy = retry(
  handleWhen((error) => isTransient(error) && !isShed(error)),
  { maxAttempts: 6, backoff: jitter(10, 400) },
);

/**
 * Retries a write until the caller's signal aborts, and only where it is certain that it was not applied. A pause is at most
 * 200 ms, so that the time limit is kept closely.
 */
export const writeRetry: RetryPolicy = retry(handleWhen(notApplied), {
  maxAttempts: 10_000,
  backoff: jitter(5, 200),
});

/** Retries a message to a queue outside of the database a few times: the work of a message that comes twice is done once. */
export const sendRetry: RetryPolicy = retry(handleAll, {
  maxAttempts: 4,
  backoff: jitter(50, 1_000),
});

/** Stops waiting after a second, also where the call cannot be aborted. */
export const oneSecondTimeout: TimeoutPolicy = timeout(1_000, TimeoutStrategy.Aggressive);

/**
 * Password hashes run in threads of the runtime: 4 at a time and 32 waiting. Where a request cannot wait for another one
 * (Workers) all 36 are begun: the runtime has one thread there, and computes them one after another.
 */
export const hashingBulkhead = ({ canQueue }: Pick<Runtime, "canQueue">) =>
  canQueue ? bulkhead(4, 32) : bulkhead(36, 0);

/** Runs at most `atOnce` of one request's tasks together; the others wait, first in first out. */
export const fewAtOnce = (atOnce: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  const places = bulkhead(atOnce, Number.POSITIVE_INFINITY);
  return (task) => places.execute(task);
};

/**
 * The circuit before a remote service: it opens when more than half of the last ten calls failed. `probe` as in circuit.ts;
 * `counts` where other errors than `isRemoteFault` are failures of the service.
 */
export const remoteCircuit = (
  name: string,
  rules: Partial<Pick<CircuitRules, "probe" | "counts">> = {},
): Circuit =>
  circuit({
    name,
    counts: isRemoteFault,
    breaker: new CountBreaker({ threshold: 0.5, size: 10, minimumNumberOfCalls: 5 }),
    ...rules,
  });

/** The circuit before a local file: it opens after one write for whose whole time limit (seconds) the file was locked. */
export const lockedFileCircuit = (probe: () => Promise<unknown>): Circuit =>
  circuit({ name: "writer", counts: isRemoteFault, breaker: new ConsecutiveBreaker(1), probe });

/**
 * Classes of calls by network. `timeoutMs` runs from the call to the last byte of its answer, waiting time included; `atOnce`
 * run together, `waiting` wait, and further calls are refused at once.
 */
export const CALL_CLASSES = {
  /** A page of rows by key: a few milliseconds, and the network. */
  read: { timeoutMs: 1_500, atOnce: 64, waiting: 256 },
  /** A group of writes. Whether one that timed out was applied is unknown: it is never retried automatically. */
  write: { timeoutMs: 5_000, atOnce: 16, waiting: 64 },
  /** A file of at most some MiB. */
  blob: { timeoutMs: 10_000, atOnce: 16, waiting: 64 },
  /** One count of a counter near by: a late answer is of no use. */
  limits: { timeoutMs: 500, atOnce: 64, waiting: 256 },
  /** A hundred messages of a few hundred bytes. */
  queue: { timeoutMs: 5_000, atOnce: 6, waiting: 64 },
  /** A whole visit to a mailbox; and a trial that an administrator waits for. */
  mail: { timeoutMs: 240_000, atOnce: 4, waiting: 64 },
  mailTrial: { timeoutMs: 8_000, atOnce: 2, waiting: 4 },
  /** One mail to the SMTP server of the installation. */
  mailOut: { timeoutMs: 40_000, atOnce: 2, waiting: 16 },
  /** One event to a server that a user named, which may take its whole time. */
  webhook: { timeoutMs: 16_000, atOnce: 32, waiting: 64 },
  /** One message to a service of the tax office, which takes up to a minute on a bad day. */
  sefaz: { timeoutMs: 100_000, atOnce: 8, waiting: 64 },
  /** Spans and counters, which may be lost. */
  telemetry: { timeoutMs: 3_000, atOnce: 2, waiting: 8 },
} as const;

/**
 * Classes whose calls leave nothing behind: they read or drop the whole answer. `within` is not aborted after such a call, which
 * at the edge cost a tenth of a millisecond for each.
 */
const COMPLETE: ReadonlySet<keyof typeof CALL_CLASSES> = new Set(["read", "write", "blob"]);

/** Runs a call under the limits of its class; `within` aborts when its time is over. */
export type CallLimiter = <T>(call: (within: AbortSignal) => Promise<T>) => Promise<T>;

/** What a runtime allows between requests: to wake a call that waits in a bulkhead, and to probe an open circuit. */
export interface Runtime {
  readonly canQueue: boolean;
  readonly canProbe: boolean;
  /**
   * Lets a call finish also when its request is dropped. Where the runtime stops such a request in the middle (Workers), its
   * place in the bulkhead would never be free again, and a circuit that it probes would never close.
   */
  waitUntil?(call: Promise<unknown>): void;
}

/**
 * The limits of one class of calls to a remote service: circuit, then timeout, then bulkhead. Rejects with an error that
 * `isShed` recognises, or as the call does.
 */
export function callLimiter(
  circuit: Circuit,
  kind: keyof typeof CALL_CLASSES,
  { canQueue, waitUntil }: Pick<Runtime, "canQueue" | "waitUntil">,
): CallLimiter {
  const { timeoutMs, atOnce, waiting } = CALL_CLASSES[kind];
  const places = canQueue ? bulkhead(atOnce, waiting) : bulkhead(atOnce + waiting, 0);
  const strategy = TimeoutStrategy.Aggressive;
  const limit = timeout(timeoutMs, { strategy, abortOnReturn: !COMPLETE.has(kind) });
  const bounded = wrap(limit, places);
  return (call) => {
    const answer = circuit.through(() => bounded.execute(({ signal }) => call(signal)));
    waitUntil?.(answer.then(done, done));
    return answer;
  };
}

const done = () => undefined;
