import type { Meter } from "../ports/telemetry.ts";
import type { Trace, Tracer } from "../ports/trace.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

/** Ports.Meter that counts nothing. */
export function noopMeter(seconds: () => number): Meter {
  return { count: () => undefined, observe: () => undefined, seconds };
}

/** 32 hexadecimal digits of a version 4 UUID, whose last half is random but for two bits. */
const random = (): string => crypto.randomUUID().replaceAll("-", "");

/** The tracer that records no span. Its traces have ids: the log and the answer show them, and outgoing requests pass them on. */
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

/** A trace that is not recorded, for work outside of requests and jobs. */
export const noopTrace = (): Trace => noopTracer.begin("untraced", "consumer", null).trace;
