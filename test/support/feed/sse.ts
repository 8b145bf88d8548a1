/** One event of a stream as EventSource would give it, or a comment (`event` is then empty). */
export interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  /** Parsed JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they prove
  readonly data: any;
  readonly retry: number | undefined;
  readonly comment: string | undefined;
  /** As it came, without the empty line. */
  readonly text: string;
}

/** Cuts text that comes in pieces into the events of `text/event-stream`. */
export function sseEvents(): (text: string) => SseEvent[] {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.map(eventOf);
  };
}

function eventOf(text: string): SseEvent {
  const field = (name: string) =>
    text
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field("data");
  const retry = field("retry");
  return {
    event: field("event") ?? "",
    id: field("id"),
    data: data === undefined ? undefined : JSON.parse(data),
    retry: retry === undefined ? undefined : Number(retry),
    comment: text.startsWith(":") ? text.slice(1).trim() : undefined,
    text,
  };
}

export interface SseReader {
  /** The next event; null when the stream has ended. */
  next(): Promise<SseEvent | null>;
  /** So many events. */
  take(count: number): Promise<SseEvent[]>;
  /** Everything up to the end. */
  rest(): Promise<SseEvent[]>;
  cancel(): Promise<void>;
}

/** Reads a stream event by event; nothing is asked of it before `next`. */
export function sseReader(body: ReadableStream<Uint8Array> | null): SseReader {
  if (body === null) throw new Error("an answer without a body is no stream");
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const cut = sseEvents();
  const ready: SseEvent[] = [];
  const next = async (): Promise<SseEvent | null> => {
    for (;;) {
      const event = ready.shift();
      if (event !== undefined) return event;
      const { done, value } = await reader.read();
      if (done) return null;
      ready.push(...cut(decoder.decode(value, { stream: true })));
    }
  };
  return {
    next,
    async take(count) {
      const events: SseEvent[] = [];
      while (events.length < count) {
        const event = await next();
        if (event === null) throw new Error(`the stream ended after ${events.length} events`);
        events.push(event);
      }
      return events;
    },
    async rest() {
      const events: SseEvent[] = [];
      for (let event = await next(); event !== null; event = await next()) events.push(event);
      return events;
    },
    cancel: () => reader.cancel(),
  };
}
