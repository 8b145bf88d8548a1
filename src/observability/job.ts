import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports.ts";
import { under } from "./under.ts";

/** What a log line may say of a piece of background work. */
export interface JobFacts {
  /** `document`, `export` … */
  readonly kind: string;
  readonly job: string;
  readonly company: number;
  readonly user: number;
}

/**
 * Does a piece of a job under the trace of the request that asked for it (`parent` is that request's `traceparent`, as the
 * job has kept it): ports whose trace goes on from there, and one log line and one span when it ends. What fails is
 * thrown on; the line has its code.
 */
export async function observedJob<T>(
  ports: Ports,
  { kind, job, company, user }: JobFacts,
  parent: string | null,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { log, meter, tracer } = ports;
  const begun = tracer.begin(`job ${kind}`, "consumer", parent);
  const started = meter.seconds();
  const end = (code: string | null) => {
    log("info", "job", {
      trace_id: begun.trace.id,
      kind,
      job,
      code,
      ms: Math.round((meter.seconds() - started) * 1_000),
      user,
      company,
    });
    begun.end(`job ${kind}`, { "sge.job": job, "sge.user": user, "sge.company": company }, code);
  };
  try {
    const done = await work(under(ports, begun.trace));
    end(null);
    return done;
  } catch (error) {
    end(error instanceof Failed ? error.failure.code : "internal");
    throw error;
  }
}
