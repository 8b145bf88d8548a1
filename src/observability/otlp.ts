import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  ParentBasedSampler,
  type ReadableSpan,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Meter } from "../ports/telemetry.ts";
import type { Trace, Tracer } from "../ports/trace.ts";
import type { CircuitFigures } from "../resilience/circuit.ts";
import { faultCode } from "../resilience/fault-code.ts";
import { remoteCircuit } from "../resilience/policies.ts";
import { VERSION } from "../version.ts";
import { type Collector, spanSender } from "./collector.ts";
import { type SpanBatcherLimits, spanBatcher } from "./span-batcher.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

export interface OtlpTracer extends Tracer {
  /** The circuit before the collector: while it is open, batches are dropped without a call. */
  breakers(): CircuitFigures[];
  /** Sends the waiting spans, within a second. */
  close(): Promise<void>;
}

/** 2,048 spans are some 800 kB. */
const LIMITS: SpanBatcherLimits = {
  waiting: 2_048,
  batch: 512,
  everyMs: 1_000,
  timeoutMs: 10_000,
  closeMs: 1_000,
};

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;

/**
 * Ports.Tracer over OpenTelemetry's SDK, sent as OTLP/HTTP in JSON. A trace from outside is recorded when its `traceparent` is
 * sampled; of the traces that begin here, the ratio is. Nothing is global: the trace context is passed on as an argument.
 * Sent, failed and dropped spans are counted (`trace_spans_total`).
 */
export function otlpTracer(
  { ratio, ...address }: Collector,
  meter: Pick<Meter, "count">,
  limits: SpanBatcherLimits = LIMITS,
): OtlpTracer {
  const post = spanSender(address);
  const collector = remoteCircuit("collector", { counts: () => true });
  const send = (spans: ReadableSpan[], signal: AbortSignal): Promise<void> =>
    post(JsonTraceSerializer.serializeRequest(spans) ?? "", signal);
  const batcher = spanBatcher(
    (spans, signal) => collector.through(() => send(spans, signal)),
    (outcome, spans) => meter.count("trace_spans_total", { outcome }, spans),
    limits,
  );
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    resource: resourceFromAttributes({ "service.name": "sge", "service.version": VERSION }),
    spanProcessors: [batcher],
  });
  const tracer = provider.getTracer("sge");

  function traceOf(span: Span): Trace {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const recorded = span.isRecording();
    const here = trace.setSpan(ROOT_CONTEXT, span);
    return {
      id: traceId,
      parent: formatTraceparent({ trace: traceId, span: spanId, sampled: (traceFlags & 1) === 1 }),
      recorded,
      async span(name, step) {
        if (!recorded) return step();
        const child = tracer.startSpan(name, {}, here);
        try {
          return await step();
        } catch (error) {
          fail(child, faultCode(error));
          throw error;
        } finally {
          child.end();
        }
      },
    };
  }

  return {
    begin(name, kind, parent) {
      const span = tracer.startSpan(name, { kind: KINDS[kind] }, contextOf(parent));
      return {
        trace: traceOf(span),
        end(finalName, facts, failure) {
          span.updateName(finalName);
          span.setAttributes(facts);
          if (failure !== null) fail(span, failure);
          span.end();
        },
      };
    },
    breakers: () => [collector.figures()],
    close: batcher.close,
  };
}

/** By OpenTelemetry's conventions: one of few codes, never a message. */
function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute("error.type", code);
}

function contextOf(parent: string | null) {
  const context = parseTraceparent(parent);
  if (context === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: context.trace,
    spanId: context.span,
    traceFlags: context.sampled ? 1 : 0,
    isRemote: true,
  });
}
