import type { Meter } from "../ports/telemetry.ts";
import type { Trace, Tracer } from "../ports/trace.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

/** Ports.Meter that keeps nothing: one isolate of many is not the service. */
export function noopMeter(seconds: () => number): Meter {
  return { count: () => undefined, observe: () => undefined, seconds };
}

/** Digits without a meaning: those of a version 4 UUID, whose last half is random but for two bits. */
const random = (): string => crypto.randomUUID().replaceAll("-", "");

/** The tracer that keeps no span. Traces have ids all the same: the log and the answer name them, and they go on. */
export const noopTracer: Tracer = {
  begin(_name, _kind, parent) {
    const id = parseTraceparent(parent)?.trace ?? random();
    const trace = {
      id,
      parent: formatTraceparent({ trace: id, span: random().slice(16), sampled: false }),
      recorded: false,
      span: <T>(_step: string, step: () => Promise<T>) => step(),
    };
    return { trace, end: () => undefined };
  },
};

/** For work that no request or job has asked for. */
export const noopTrace = (): Trace => noopTracer.begin("untraced", "consumer", null).trace;
