import type { CounterLabels, CounterName, HistogramLabels, HistogramName } from "../metrics.ts";

/** What is counted and timed, under the names of observability/names.ts. Nothing here fails or waits. */
export interface Meter {
  count<N extends CounterName>(name: N, labels: CounterLabels<N>, by?: number): void;
  observe<N extends HistogramName>(name: N, value: number, labels: HistogramLabels<N>): void;
  /** Seconds of a clock that never goes back; only differences mean something. */
  seconds(): number;
  /** Hands on what was counted since, at the end of a request or a job. Absent where somebody comes for it (Bun). */
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
