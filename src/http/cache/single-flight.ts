import type { Ports } from "../../ports/ports.ts";
import type { CachedAnswer } from "./answer-cache.ts";

/** A computation that runs, and how many requests wait for it. */
interface SingleFlight {
  readonly answer: Promise<CachedAnswer>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * By commit signal, which is shared by the requests that may wait for each other: on Workers each request has its own, because
 * a promise of one request ends with it.
 */
const running = new WeakMap<Ports["commitSignal"], Map<string, SingleFlight>>();

/**
 * Starts the computation of a key, or joins the one that runs: of many equal requests, one computes. The computation runs while
 * at least one request waits; its signal aborts when the last one has left. A failure goes to every request that waits, and is
 * not kept. Rejects with the request's own reason when its signal aborts.
 */
export async function join(
  ports: Pick<Ports, "commitSignal">,
  key: string,
  signal: AbortSignal,
  compute: (signal: AbortSignal) => Promise<CachedAnswer>,
): Promise<{ answer: CachedAnswer; made: boolean }> {
  signal.throwIfAborted();
  const flights = running.get(ports.commitSignal) ?? new Map<string, SingleFlight>();
  running.set(ports.commitSignal, flights);
  const joined = flights.get(key);
  const flight = joined ?? start(flights, key, compute);
  flight.waiting += 1;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const answer = await Promise.race([flight.answer, aborted.promise]);
    return { answer, made: joined === undefined };
  } finally {
    signal.removeEventListener("abort", abort);
    flight.waiting -= 1;
    if (flight.waiting === 0 && flights.get(key) === flight) {
      flights.delete(key);
      flight.controller.abort(signal.reason);
    }
  }
}

function start(
  flights: Map<string, SingleFlight>,
  key: string,
  compute: (signal: AbortSignal) => Promise<CachedAnswer>,
): SingleFlight {
  const controller = new AbortController();
  const finish = () => {
    if (flights.get(key) === flight) flights.delete(key);
  };
  const answer = compute(controller.signal).finally(finish);
  // Each waiting request gets the failure; when all have left, it must not be an unhandled rejection.
  answer.catch(() => undefined);
  const flight: SingleFlight = { answer, controller, waiting: 0 };
  flights.set(key, flight);
  return flight;
}
