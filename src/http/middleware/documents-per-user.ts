import type { Holder } from "../../lib/quota.ts";
import type { Ports } from "../../ports/ports.ts";

/** Of the documents that may wait for a thread, one person's take no more than this part. */
const PART_OF_QUEUE = 5;

/** Documents of one person: those being read, and those that wait for their turn, oldest first. */
interface Line {
  inside: number;
  readonly waiting: (() => void)[];
}

/** By the pulse, which those share who may wait for one another (on Workers each request has its own). */
const known = new WeakMap<Ports["commitSignal"], Map<string, Line>>();

/**
 * Ports whose reader of documents takes a fifth of NFE_QUEUE of this person's at a time; the others wait here, in their order,
 * and not in the queue that everybody has in common. Waiting ends with the signal.
 */
export function limitDocumentsPerUser(ports: Ports, { person }: Holder): Ports {
  const { documents, commitSignal, config } = ports;
  const lines = known.get(commitSignal) ?? new Map<string, Line>();
  known.set(commitSignal, lines);
  const most = Math.max(1, Math.ceil(config.NFE_QUEUE / PART_OF_QUEUE));
  const inTurn = <T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> =>
    turn(lines, person, most, signal, read);
  return {
    ...ports,
    documents: {
      read: (bytes, signal) => inTurn(signal, () => documents.read(bytes, signal)),
      compare: (stored, sent, accessKey, signal) =>
        inTurn(signal, () => documents.compare(stored, sent, accessKey, signal)),
    },
  };
}

async function turn<T>(
  lines: Map<string, Line>,
  person: string,
  most: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const line = lines.get(person) ?? { inside: 0, waiting: [] };
  lines.set(person, line);
  // Whoever leaves hands the place over: it is never free while somebody waits.
  if (line.inside < most) line.inside += 1;
  else await placeIn(line, signal);
  try {
    return await work();
  } finally {
    const next = line.waiting.shift();
    if (next !== undefined) next();
    else line.inside -= 1;
    if (line.inside === 0) lines.delete(person);
  }
}

function placeIn({ waiting }: Line, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const leave = () => {
      waiting.splice(waiting.indexOf(enter), 1);
      reject(signal?.reason);
    };
    const enter = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    waiting.push(enter);
    signal?.addEventListener("abort", leave, { once: true });
  });
}
