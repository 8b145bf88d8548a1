import type { Holder } from "../../lib/quota.ts";
import type { Ports } from "../../ports/ports.ts";

/** One user's documents take at most this part of NFE_QUEUE: one in so many. */
const QUEUE_FRACTION = 5;

/** Documents of one user: how many are being read, and those that wait, oldest first. */
interface UserQueue {
  running: number;
  readonly waiting: (() => void)[];
}

/** Keyed by the commit signal: requests that share it may wait for one another (on Workers each request has its own). */
const queuesByProcess = new WeakMap<Ports["commitSignal"], Map<string, UserQueue>>();

/**
 * Ports whose document reader accepts a fifth of NFE_QUEUE of this user's documents at a time. The others wait here, first in
 * first out, instead of in the queue that all users share. Waiting ends with the signal.
 */
export function limitDocumentsPerUser(ports: Ports, { person }: Holder): Ports {
  const { documents, commitSignal, config } = ports;
  const queues = queuesByProcess.get(commitSignal) ?? new Map<string, UserQueue>();
  queuesByProcess.set(commitSignal, queues);
  const limit = Math.max(1, Math.ceil(config.NFE_QUEUE / QUEUE_FRACTION));
  const limited = <T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> =>
    runLimited(queues, person, limit, signal, read);
  return {
    ...ports,
    documents: {
      read: (bytes, signal) => limited(signal, () => documents.read(bytes, signal)),
      compare: (stored, sent, accessKey, signal) =>
        limited(signal, () => documents.compare(stored, sent, accessKey, signal)),
    },
  };
}

async function runLimited<T>(
  queues: Map<string, UserQueue>,
  person: string,
  limit: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const queue = queues.get(person) ?? { running: 0, waiting: [] };
  queues.set(person, queue);
  // A slot passes directly to the next waiter: it is never free while a document waits.
  if (queue.running < limit) queue.running += 1;
  else await waitForSlot(queue, signal);
  try {
    return await work();
  } finally {
    const next = queue.waiting.shift();
    if (next !== undefined) next();
    else queue.running -= 1;
    if (queue.running === 0) queues.delete(person);
  }
}

function waitForSlot({ waiting }: UserQueue, signal: AbortSignal | undefined): Promise<void> {
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
