import { type Collector, spanSender } from "../../observability/collector.ts";
import { noopTracer } from "../../observability/no-op.ts";
import { formatTraceparent, parseTraceparent } from "../../observability/traceparent.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SpanAttributes, Trace, Tracer } from "../../ports/trace.ts";
import { faultCode } from "../../resilience/fault-code.ts";
import type { CallLimiter } from "../../resilience/policies.ts";
import { VERSION } from "../../version.ts";

/** OTLP's numbers (opentelemetry-proto, trace.proto). */
const KINDS = { internal: 1, server: 2, consumer: 5 } as const;
const ERROR = 2;

/** Bound on the spans of one trace in an invocation; a batch of 500 documents has three for each. */
const SPANS = 2_000;

interface Span {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** Milliseconds UTC. */
  readonly from: number;
  readonly to: number;
  readonly facts: SpanAttributes;
  readonly failure: string | null;
}

/** Random hexadecimal digits: 32 for a trace id, 16 for a span id. */
const newTrace = (): string => crypto.randomUUID().replaceAll("-", "");
const newSpan = (): string => newTrace().slice(16);

/**
 * Ports.Tracer on Workers: the spans of a request or job are sent in one request, OTLP in JSON, when it has ended; `limiter`
 * lets that outlive the answer, and drops it when the collector is down or slow. On Bun OpenTelemetry's SDK does this
 * (observability/otlp.ts); here it would add 11 KiB to a bundle of 300, and its timers do not run between requests.
 */
export function edgeTracer(
  { ratio, ...address }: Collector,
  { clock, meter }: Pick<Ports, "clock" | "meter">,
  limiter: CallLimiter,
): Tracer {
  const post = spanSender(address);
  const count = (outcome: "sent" | "failed" | "dropped", spans: number) =>
    meter.count("trace_spans_total", { outcome }, spans);
  const send = (spans: readonly Span[]): void => {
    limiter((signal) => post(JSON.stringify(requestOf(spans)), signal)).then(
      () => count("sent", spans.length),
      () => count("failed", spans.length),
    );
  };

  return {
    begin(name, kind, parent) {
      const place = parseTraceparent(parent);
      const traceId = place?.trace ?? newTrace();
      // The first digits of an id are random: they decide whether it is sampled.
      const kept = place?.sampled ?? Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < ratio;
      if (!kept) return noopTracer.begin(name, kind, parent);
      const root = { traceId, spanId: newSpan(), parentSpanId: place?.span ?? "", kind };
      const from = clock.now();
      const spans: Span[] = [];
      const ended = (span: Span) =>
        spans.length < SPANS ? void spans.push(span) : count("dropped", 1);
      return {
        trace: traceOf(root, clock, ended),
        end(finalName, facts, failure) {
          ended({ ...root, name: finalName, from, to: clock.now(), facts, failure });
          send(spans.splice(0));
        },
      };
    },
  };
}

function traceOf(
  { traceId, spanId }: Pick<Span, "traceId" | "spanId">,
  clock: Ports["clock"],
  ended: (span: Span) => void,
): Trace {
  return {
    id: traceId,
    parent: formatTraceparent({ trace: traceId, span: spanId, sampled: true }),
    recorded: true,
    async span(name, step) {
      const from = clock.now();
      const child = { name, kind: "internal", traceId, spanId: newSpan(), from } as const;
      const end = (failure: string | null) =>
        ended({ ...child, parentSpanId: spanId, to: clock.now(), facts: {}, failure });
      try {
        const done = await step();
        end(null);
        return done;
      } catch (error) {
        end(faultCode(error));
        throw error;
      }
    },
  };
}

/** ExportTraceServiceRequest in OTLP's JSON: ids in hexadecimal, instants as nanoseconds in a text. */
const requestOf = (spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ "service.name": "sge", "service.version": VERSION }) },
      scopeSpans: [{ scope: { name: "sge" }, spans: spans.map(shaped) }],
    },
  ],
});

function shaped({ traceId, spanId, parentSpanId, name, kind, from, to, facts, failure }: Span) {
  return {
    traceId,
    spanId,
    ...(parentSpanId === "" ? {} : { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: `${from}000000`,
    endTimeUnixNano: `${to}000000`,
    attributes: attributesOf(failure === null ? facts : { ...facts, "error.type": failure }),
    status: failure === null ? {} : { code: ERROR },
  };
}

const attributesOf = (facts: SpanAttributes) =>
  Object.entries(facts).map(([key, value]) => ({ key, value: typed(value) }));

function typed(value: string | number | boolean) {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
