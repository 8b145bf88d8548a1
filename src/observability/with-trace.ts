import type { Ports } from "../ports/ports.ts";
import type { Trace } from "../ports/trace.ts";

/**
 * The ports of one request or job: `trace` is its own, and where that is recorded, reading a document and writing a batch are
 * spans of it. The given ports are not changed.
 */
export function withTrace(ports: Ports, trace: Trace): Ports {
  if (!trace.recorded) return { ...ports, trace };
  const { documents, writer } = ports;
  return {
    ...ports,
    trace,
    documents: {
      read: (bytes, signal) => trace.span("read", () => documents.read(bytes, signal)),
      compare: (stored, sent, accessKey, signal) =>
        trace.span("compare", () => documents.compare(stored, sent, accessKey, signal)),
      distribution: (bytes, signal) =>
        trace.span("read", () => documents.distribution(bytes, signal)),
    },
    writer: { commit: (job, signal) => trace.span("write", () => writer.commit(job, signal)) },
  };
}
