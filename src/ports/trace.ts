/** The trace that a piece of work belongs to (W3C Trace Context). Absent sampling it has an id, and no spans. */
export interface Trace {
  /** 32 hexadecimal digits; stands in the log beside the request id. */
  readonly id: string;
  /** The `traceparent` that work which this one causes goes on from: an outgoing request, a job. */
  readonly parent: string;
  /** Whether its spans are kept. */
  readonly recorded: boolean;
  /** Runs a step of the work, as a span where the trace is recorded. The name is constant. */
  span<T>(name: string, step: () => Promise<T>): Promise<T>;
}

/** What a span says of itself: codes, counts, ids; never content. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Where traces begin, or go on. */
export interface Tracer {
  /** `parent` is a `traceparent`; null, or one of another shape, begins a trace of its own. */
  begin(name: string, kind: "server" | "consumer", parent: string | null): BegunTrace;
}

export interface BegunTrace {
  readonly trace: Trace;
  /** Ends the first span of this process; `failure` is the code that it failed with, or null. Called once. */
  end(name: string, facts: SpanAttributes, failure: string | null): void;
}
