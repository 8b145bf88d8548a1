import type { Ports } from "../ports/ports.ts";
import { faultCode } from "../resilience/fault-code.ts";
import { withTrace } from "./with-trace.ts";

/** A piece of queued work, as the log and the trace show it. */
export interface TracedJob {
  /** Constant: `document`, `export`. */
  readonly name: string;
  /** The `traceparent` of the request that asked for it. */
  readonly parent: string | null;
  /** Ids and counts. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * Runs queued work within the trace of the request that asked for it, as a span where that is recorded, and writes one log
 * line when it ends, with its milliseconds and, where it failed, the code of the fault.
 */
export async function tracedJob<T>(
  ports: Ports,
  { name, parent, facts }: TracedJob,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const begun = ports.tracer.begin(name, "consumer", parent);
  const started = ports.meter.seconds();
  const end = (code: string | null) => {
    const ms = Math.round((ports.meter.seconds() - started) * 1_000);
    const level = code === null ? "info" : "warn";
    ports.log(level, `job.${name}`, { trace_id: begun.trace.id, ...facts, code, ms });
    begun.end(name, facts, code);
    ports.meter.flush?.();
  };
  try {
    const done = await work(withTrace(ports, begun.trace));
    end(null);
    return done;
  } catch (error) {
    end(faultCode(error));
    throw error;
  }
}
