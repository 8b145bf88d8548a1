import type { Ports } from "../../ports/ports.ts";
import type { CachedAnswer } from "./answer-cache.ts";

/** An answer in the making, and how many requests wait for it. */
interface SingleFlight {
  readonly work: Promise<CachedAnswer>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * By the pulse, which those share who may wait for one another: on Workers each request has its own, and what one request
 * waits for ends with it, so nobody may wait along.
 */
const flights = new WeakMap<Ports["commitSignal"], Map<string, SingleFlight>>();

/**
 * Makes the answer of a key, or waits along with whoever is making it: of many who ask at once, one works.
 * The work goes on while one of them waits, and its signal aborts when the last one has left. A failure is everybody's, and
 * is not remembered. Rejects with the request's own reason when its signal aborts.
 */
export async function join(
  ports: Pick<Ports, "commitSignal">,
  key: string,
  signal: AbortSignal,
  make: (signal: AbortSignal) => Promise<CachedAnswer>,
): Promise<{ answer: CachedAnswer; made: boolean }> {
  signal.throwIfAborted();
  const here = flights.get(ports.commitSignal) ?? new Map<string, SingleFlight>();
  flights.set(ports.commitSignal, here);
  const known = here.get(key);
  const flight = known ?? depart(here, key, make);
  flight.waiting += 1;
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    const answer = await Promise.race([flight.work, left.promise]);
    return { answer, made: known === undefined };
  } finally {
    signal.removeEventListener("abort", leave);
    flight.waiting -= 1;
    if (flight.waiting === 0 && here.get(key) === flight) {
      here.delete(key);
      flight.controller.abort(signal.reason);
    }
  }
}

function depart(
  here: Map<string, SingleFlight>,
  key: string,
  make: (signal: AbortSignal) => Promise<CachedAnswer>,
): SingleFlight {
  const controller = new AbortController();
  const land = () => {
    if (here.get(key) === flight) here.delete(key);
  };
  const work = make(controller.signal).finally(land);
  // Those who wait hear of a failure; when all have left, nobody does.
  work.catch(() => undefined);
  const flight: SingleFlight = { work, controller, waiting: 0 };
  here.set(key, flight);
  return flight;
}
