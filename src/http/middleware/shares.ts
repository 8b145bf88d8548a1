import type { Holder } from "../../lib/quota.ts";
import type { Ports } from "../../ports/ports.ts";

/** One user's documents take at most this part of NFE_QUEUE, one in so many; those of a company twice as much. */
const USER_FRACTION = 5;
const COMPANY_FRACTION = USER_FRACTION / 2;

/** One company's writes take at most this part of COMMIT_QUEUE. */
const WRITES_FRACTION = 2;

/** Work of one user or company: how much is running, and what waits, oldest first. */
interface ShareQueue {
  running: number;
  readonly waiting: (() => void)[];
}

type Queues = Map<string, ShareQueue>;

/** Keyed by the commit signal: requests that share it may wait for one another (on Workers each request has its own). */
const queuesByProcess = new WeakMap<Ports["commitSignal"], Queues>();

function queuesOf({ commitSignal }: Pick<Ports, "commitSignal">): Queues {
  const queues = queuesByProcess.get(commitSignal) ?? new Map<string, ShareQueue>();
  queuesByProcess.set(commitSignal, queues);
  return queues;
}

const partOf = (whole: number, fraction: number) => Math.max(1, Math.ceil(whole / fraction));

/**
 * Ports whose document reader accepts a fifth of NFE_QUEUE of this user's documents at a time, and two fifths of the company's.
 * The others wait here, first in first out, instead of in the queue that all share. Waiting ends with the signal.
 */
export function limitDocuments(ports: Ports, { person, company }: Holder): Ports {
  const { documents, config } = ports;
  const queues = queuesOf(ports);
  const ofUser = partOf(config.NFE_QUEUE, USER_FRACTION);
  const ofCompany = partOf(config.NFE_QUEUE, COMPANY_FRACTION);
  const limited = <T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> =>
    runLimited(queues, `documents:${person}`, ofUser, signal, () =>
      runLimited(queues, `documents:${company}`, ofCompany, signal, read),
    );
  return {
    ...ports,
    documents: {
      read: (bytes, signal) => limited(signal, () => documents.read(bytes, signal)),
      compare: (stored, sent, accessKey, signal) =>
        limited(signal, () => documents.compare(stored, sent, accessKey, signal)),
      distribution: (bytes, signal) => limited(signal, () => documents.distribution(bytes, signal)),
    },
  };
}

/**
 * Ports whose writer accepts half of COMMIT_QUEUE of this company's writes at a time; the others wait here. So a company that
 * writes much delays another one by half of the queue at most, and never fills it. Waiting ends with the signal.
 */
export function limitWrites(ports: Ports, { company }: Pick<Holder, "company">): Ports {
  const { writer, config } = ports;
  const queues = queuesOf(ports);
  const limit = partOf(config.COMMIT_QUEUE, WRITES_FRACTION);
  return {
    ...ports,
    writer: {
      commit: (job, signal) =>
        runLimited(queues, `writes:${company}`, limit, signal, () => writer.commit(job, signal)),
    },
  };
}

async function runLimited<T>(
  queues: Queues,
  key: string,
  limit: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const queue = queues.get(key) ?? { running: 0, waiting: [] };
  queues.set(key, queue);
  // A slot passes directly to the next waiter: it is never free while work waits.
  if (queue.running < limit) queue.running += 1;
  else await waitForSlot(queue, signal);
  try {
    return await work();
  } finally {
    const next = queue.waiting.shift();
    if (next !== undefined) next();
    else queue.running -= 1;
    if (queue.running === 0) queues.delete(key);
  }
}

function waitForSlot({ waiting }: ShareQueue, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const abort = () => {
      waiting.splice(waiting.indexOf(start), 1);
      reject(signal?.reason);
    };
    const start = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    waiting.push(start);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
