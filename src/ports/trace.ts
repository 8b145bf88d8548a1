/** The trace of a request or job (W3C Trace Context). Without sampling it has an id and no spans. */
export interface Trace {
  /** 32 hexadecimal digits; the log has it beside the request id. */
  readonly id: string;
  /** The `traceparent` for work that this one causes: an outgoing request, a job. */
  readonly parent: string;
  /** Whether its spans are kept. */
  readonly recorded: boolean;
  /** Runs a step of the work, as a span where the trace is recorded. The name is constant. */
  span<T>(name: string, step: () => Promise<T>): Promise<T>;
}

/** The attributes of a span: codes, counts, ids; never content. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Begins traces, or continues them. */
export interface Tracer {
  /** `parent` is a `traceparent`; null, or a malformed one, begins a new trace. */
  begin(name: string, kind: "server" | "consumer", parent: string | null): BegunTrace;
}

export interface BegunTrace {
  readonly trace: Trace;
  /** Ends the first span of this process; `failure` is the code that it failed with, or null. Called once. */
  end(name: string, facts: SpanAttributes, failure: string | null): void;
}
