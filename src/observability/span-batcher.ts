import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";

/** The result for spans that had ended. */
export type SpanOutcome = "sent" | "failed" | "dropped";

export interface SpanBatcherLimits {
  /** Spans that may wait in memory; further ones are dropped. */
  readonly waiting: number;
  /** Spans of one request to the collector. */
  readonly batch: number;
  /** Longest time that a span waits for its batch to fill, ms. */
  readonly everyMs: number;
  /** Longest time that the collector may take, ms. */
  readonly timeoutMs: number;
  /** Spans that the collector has not accepted this long after `close`, ms, are dropped. */
  readonly closeMs: number;
}

/** Collects ended spans and sends them to the collector, one request at a time; no request or job waits for it. */
export interface SpanBatcher extends SpanProcessor {
  /** Sends the waiting spans. */
  close(): Promise<void>;
}

/**
 * A span processor that counts the spans it loses, which the SDK's own does not. A failed batch is not sent again: while a
 * collector is down spans are lost, and memory does not grow. `post` sends a batch, and rejects when it was not accepted.
 */
export function spanBatcher(
  post: (spans: ReadableSpan[], signal: AbortSignal) => Promise<void>,
  count: (outcome: SpanOutcome, spans: number) => void,
  limits: SpanBatcherLimits,
): SpanBatcher {
  const waiting: ReadableSpan[] = [];
  const cut = new AbortController();
  let closing = false;
  let sending: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const spans = waiting.splice(0, limits.batch);
      const signal = AbortSignal.any([cut.signal, AbortSignal.timeout(limits.timeoutMs)]);
      const outcome = await post(spans, signal).then(
        () => "sent" as const,
        () => "failed" as const,
      );
      count(outcome, spans.length);
      if (waiting.length < limits.batch && !closing) break;
    }
    sending = null;
    if (waiting.length > 0) timer ??= setTimeout(send, limits.everyMs);
  }

  function send(): Promise<void> {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    sending ??= drain();
    return sending;
  }

  return {
    onStart: () => undefined,
    onEnd(span) {
      if (waiting.length >= limits.waiting) return count("dropped", 1);
      waiting.push(span);
      if (waiting.length >= limits.batch) void send();
      else if (sending === null) timer ??= setTimeout(send, limits.everyMs);
    },
    forceFlush: send,
    shutdown: send,
    async close() {
      closing = true;
      const late = setTimeout(() => cut.abort(), limits.closeMs);
      await send();
      clearTimeout(late);
    },
  };
}
