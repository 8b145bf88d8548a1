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

/** Full jitter: two processes that met once do not meet again at the next try. */
const jitter = (initialDelay: number, maxDelay: number) =>
  new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay, maxDelay });

/**
 * A read that met weather is asked again a few times, within about a second. Not what a policy has shed: the caller has
 * waited for as long as it may, or was refused because others already wait.
 */
export const readRetry: RetryPolicy = retry(
  handleWhen((error) => isTransient(error) && !isShed(error)),
  { maxAttempts: 6, backoff: jitter(10, 400) },
);

/**
 * A write is sent again for as long as the caller's signal allows, and only where it is certain that it never happened.
 * No try waits longer than 200 ms, so that the end of the patience is met closely.
 */
export const writeRetry: RetryPolicy = retry(handleWhen(notApplied), {
  maxAttempts: 10_000,
  backoff: jitter(5, 200),
});

/** A message to a queue that is not the database: sent again a few times, for twice is once. */
export const sendRetry: RetryPolicy = retry(handleAll, {
  maxAttempts: 4,
  backoff: jitter(50, 1_000),
});

/** Gives up waiting after a second, whatever the other side does. */
export const oneSecondTimeout: TimeoutPolicy = timeout(1_000, TimeoutStrategy.Aggressive);

/**
 * What is computed in threads of the runtime: passwords, 4 at a time and 32 waiting (design decision 15). Where nobody may
 * wait for another's turn (Workers) all 36 are begun: there the thread is one, and computes them one after another.
 */
export const hashingBulkhead = ({ canQueue }: Pick<Runtime, "canQueue">) =>
  canQueue ? bulkhead(4, 32) : bulkhead(36, 0);

/**
 * Something that answers by network: more than half of its last ten calls failed, and nobody waits for it any longer.
 * `probe` as in circuit.ts; `counts` where its errors are all its own.
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

/** A local file that was locked for the whole patience of one write (seconds, not milliseconds): one is enough. */
export const lockedFileCircuit = (probe: () => Promise<unknown>): Circuit =>
  circuit({ name: "writer", counts: isRemoteFault, breaker: new ConsecutiveBreaker(1), probe });

/**
 * Classes of calls by network. `timeoutMs` runs from the call to the last byte of its answer, the waiting for a place
 * included; `atOnce` run together, `waiting` wait, beyond that a call is refused at once.
 */
export const CALL_CLASSES = {
  /** A page of rows by key: a few milliseconds, and the way. */
  read: { timeoutMs: 1_500, atOnce: 64, waiting: 256 },
  /** A group of writes. Whether one that timed out was done, nobody knows: it is never sent again by itself. */
  write: { timeoutMs: 5_000, atOnce: 16, waiting: 64 },
  /** A file of at most some MiB. */
  blob: { timeoutMs: 10_000, atOnce: 16, waiting: 64 },
  /** One count, near by: late, it is no use any more. */
  limits: { timeoutMs: 500, atOnce: 64, waiting: 256 },
  /** A hundred messages of a few hundred bytes. */
  queue: { timeoutMs: 5_000, atOnce: 6, waiting: 64 },
  /** A visit to a mailbox, all of it; and one that an administrator waits for. */
  mail: { timeoutMs: 240_000, atOnce: 4, waiting: 64 },
  mailTrial: { timeoutMs: 8_000, atOnce: 2, waiting: 4 },
  /** What may be lost: spans, counters. */
  telemetry: { timeoutMs: 3_000, atOnce: 2, waiting: 8 },
} as const;

/** A call in its class; `within` aborts when its time is over. */
export type CallLimiter = <T>(call: (within: AbortSignal) => Promise<T>) => Promise<T>;

/** What a runtime lets us do between requests: wake somebody who waits for a place, ask whether a circuit may close. */
export interface Runtime {
  readonly canQueue: boolean;
  readonly canProbe: boolean;
  /**
   * Lets a call come to its end also when the request that made it is dropped. Where the runtime stops such a request in the
   * middle (Workers), its place in the lane would never be free again, and a circuit that it was the probe of never close.
   */
  waitUntil?(call: Promise<unknown>): void;
}

/**
 * The way to a neighbour for one class of calls: circuit, then timeout, then bulkhead. Rejects with what `isShed` knows, or
 * as the call does.
 */
export function callLimiter(
  way: Circuit,
  kind: keyof typeof CALL_CLASSES,
  { canQueue, waitUntil }: Pick<Runtime, "canQueue" | "waitUntil">,
): CallLimiter {
  const { timeoutMs, atOnce, waiting } = CALL_CLASSES[kind];
  const places = canQueue ? bulkhead(atOnce, waiting) : bulkhead(atOnce + waiting, 0);
  const bounded = wrap(timeout(timeoutMs, TimeoutStrategy.Aggressive), places);
  return (call) => {
    const answer = way.through(() => bounded.execute(({ signal }) => call(signal)));
    waitUntil?.(answer.then(done, done));
    return answer;
  };
}

const done = () => undefined;
