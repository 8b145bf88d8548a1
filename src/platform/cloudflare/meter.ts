import { COUNTERS, type CounterName, HISTOGRAMS, type HistogramName } from "../../metrics.ts";
import type { Meter } from "../../ports/telemetry.ts";

/** Points that one invocation may write (Cloudflare: 250). */
const POINTS = 250;
/** Bound on the series of one isolate; labels have few values, so it is never reached. */
const WAITING = 2_000;

interface Series {
  readonly name: CounterName | HistogramName;
  /** In the order of metrics.ts. */
  readonly labels: readonly string[];
  /** Of a counter: the count. Of a histogram: number, sum, and the number up to each bucket. */
  readonly doubles: number[];
}

/** A binding of [[analytics_engine_datasets]]. */
interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

export interface EdgeMeter extends Meter {
  /** A meter for one invocation over the counts of the isolate: its `flush` writes at most the invocation's points. */
  ofInvocation(): Meter;
}

/**
 * Ports.Meter as points of Analytics Engine, under the names and labels of metrics.ts. The counts of an isolate between two
 * flushes are one point for each series: index and blob 1 are the name, blobs 2… the labels; of a counter double 1 is the
 * count; of a histogram doubles 1 and 2 are the number and the sum, 3… the numbers up to each bucket. In SQL sum over
 * `_sample_interval * double`. Counts that no request flushes are lost with the isolate; without a dataset all are.
 */
export function edgeMeter(dataset: Dataset | undefined, seconds: () => number): EdgeMeter {
  const waiting = new Map<string, Series>();

  function series(
    name: Series["name"],
    order: readonly string[],
    labels: Readonly<Record<string, string | number>>,
    doubles: number,
  ): Series | null {
    const values = order.map((label) => String(labels[label] ?? ""));
    const key = [name, ...values].join("\n");
    const known = waiting.get(key);
    if (known !== undefined) return known;
    if (waiting.size >= WAITING) return null;
    const made = { name, labels: values, doubles: new Array<number>(doubles).fill(0) };
    waiting.set(key, made);
    return made;
  }

  function add(to: Series | null, at: number, by: number): void {
    if (to !== null) to.doubles[at] = (to.doubles[at] ?? 0) + by;
  }

  const meter: Meter = {
    count(name, labels, by = 1) {
      add(series(name, COUNTERS[name].labels, labels, 1), 0, by);
    },
    observe(name, value, labels) {
      const { buckets, labels: order } = HISTOGRAMS[name];
      const one = series(name, order, labels, 2 + buckets.length);
      add(one, 0, 1);
      add(one, 1, value);
      for (const [i, bucket] of buckets.entries()) if (value <= bucket) add(one, 2 + i, 1);
    },
    seconds,
  };

  return {
    ...meter,
    ofInvocation() {
      let left = POINTS;
      return {
        ...meter,
        flush() {
          for (const [key, { name, labels, doubles }] of waiting) {
            if (left === 0) return;
            left -= 1;
            waiting.delete(key);
            dataset?.writeDataPoint({ indexes: [name], blobs: [name, ...labels], doubles });
          }
        },
      };
    },
  };
}
