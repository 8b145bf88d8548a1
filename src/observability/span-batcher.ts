import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";

/** What became of spans that had ended. */
export type SpanOutcome = "sent" | "failed" | "dropped";

export interface SpanBatcherLimits {
  /** Spans that wait in memory; what comes beyond is dropped. */
  readonly waiting: number;
  /** Spans of one request to the collector. */
  readonly batch: number;
  /** Longest time that a span waits for company, ms. */
  readonly everyMs: number;
  /** Longest time that the collector may take, ms. */
  readonly timeoutMs: number;
  /** What the collector has not taken this long after `close`, ms, is given up. */
  readonly closeMs: number;
}

/** Ends of spans on their way to the collector; it is asked one request at a time, and never waited for by the work. */
export interface SpanBatcher extends SpanProcessor {
  /** Sends what waits. */
  close(): Promise<void>;
}

/**
 * A span processor that counts what it loses, which the SDK's own does not say. What fails is not sent again: a collector
 * that is down costs its spans, never memory. `post` sends a batch, and rejects when it was not taken.
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
