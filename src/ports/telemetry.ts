import type { CounterLabels, CounterName, HistogramLabels, HistogramName } from "../metrics.ts";

/** Counts and times, under the names of metrics.ts. No method fails or waits. */
export interface Meter {
  count<N extends CounterName>(name: N, labels: CounterLabels<N>, by?: number): void;
  observe<N extends HistogramName>(name: N, value: number, labels: HistogramLabels<N>): void;
  /** Seconds of a monotonic clock; only differences have a meaning. */
  seconds(): number;
  /** Sends what was counted, at the end of a request or a job. Absent where a scraper reads it (Bun). */
  flush?(): void;
  /** Everything in Prometheus' text format. Absent where one process is not the service (Workers). */
  exposition?(): Promise<{ readonly type: string; readonly text: string }>;
}

/** One JSON line per event. Never a note's content, a name, a CPF, a password or a token. */
export type Log = (
  level: "debug" | "info" | "warn" | "error",
  event: string,
  fields?: Record<string, string | number | boolean | null>,
) => void;
