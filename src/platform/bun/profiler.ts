import { Session } from "node:inspector";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Profiler } from "../../ports/profiler.ts";

/** Time between two samples, µs: it shows a function of a millisecond, and hardly slows the service. */
const INTERVAL_US = 500;

/** Ports.Profiler of Bun's main thread, by its inspector; one profile at a time. */
export function bunProfiler(): Profiler {
  let busy = false;
  async function alone<T>(look: () => Promise<T>): Promise<T> {
    if (busy) throw new Failed<PlatformFailure>({ code: "profiler.busy" });
    busy = true;
    try {
      return await look();
    } finally {
      busy = false;
    }
  }
  return {
    cpu: (seconds, signal) => alone(() => cpuProfile(seconds, signal)),
    heap: () => alone(async () => Bun.generateHeapSnapshot("v8")),
  };
}

async function cpuProfile(seconds: number, signal: AbortSignal | undefined): Promise<string> {
  const session = new Session();
  session.connect();
  const ask = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(method, params, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  try {
    await ask("Profiler.enable");
    await ask("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    await ask("Profiler.start");
    await passed(seconds * 1_000, signal);
    const answer = await ask("Profiler.stop");
    if (typeof answer !== "object" || answer === null || !("profile" in answer))
      throw new Error("the inspector gave no profile");
    return JSON.stringify(answer.profile);
  } finally {
    session.disconnect();
  }
}

/** Resolves after the time, or when the signal aborts. */
function passed(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const leave = () => resolve();
  signal?.addEventListener("abort", leave, { once: true });
  if (signal?.aborted) resolve();
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  });
}
