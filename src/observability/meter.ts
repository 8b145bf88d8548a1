import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { trusted } from "../lib/cast.ts";
import { COUNTERS, FIGURES, type FigureName, type Figures, HISTOGRAMS } from "../metrics.ts";
import type { Meter } from "../ports/telemetry.ts";

/** Reads the figures of one part at the time of a scrape. */
export type GaugeSource = () => Figures | Promise<Figures>;

export interface PromMeter extends Meter {
  /** Adds the figures of `source` to every exposition; where it fails, they are absent from that one. */
  addSource(look: GaugeSource): void;
  exposition(): Promise<{ readonly type: string; readonly text: string }>;
}

/** A gauge or a counter whose value a source sets. */
interface Settable {
  forget(): void;
  set(labels: Record<string, string | number>, value: number): void;
}

/** Ports.Meter with its own registry, so that two services in one process do not share counters. */
export function promMeter(seconds: () => number): PromMeter {
  const registry = new Registry();
  const registers = [registry];
  const counters = made(COUNTERS, (name, { help, labels, ...row }) => {
    const counter = new Counter({ name, help, labelNames: [...labels], registers });
    if ("zero" in row) for (const one of row.zero) counter.inc(one, 0);
    return counter;
  });
  const histograms = made(
    HISTOGRAMS,
    (name, { help, labels, buckets }) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
  );
  const figures = made(FIGURES, (name, { help, labels, type }): Settable => {
    const options = { name, help, labelNames: [...labels], registers };
    const metric = type === "gauge" ? new Gauge(options) : new Counter(options);
    return {
      forget() {
        metric.reset();
        // A reset metric without labels shows 0, a value that no source gave.
        if (labels.length === 0) metric.remove();
      },
      set(named, value) {
        if (metric instanceof Gauge) metric.set(named, value);
        // Reset before, so that adding sets the value.
        else metric.inc(named, value);
      },
    };
  });
  const looks: GaugeSource[] = [];

  async function look(): Promise<void> {
    const all = await Promise.allSettled(looks.map(async (one) => one()));
    for (const figure of Object.values(figures)) figure.forget();
    for (const one of all) {
      if (one.status === "rejected") continue;
      for (const [name, value] of Object.entries(one.value)) {
        // The names of Figures are those of FIGURES.
        const figure = figures[trusted<FigureName>(name)];
        if (typeof value === "number") figure.set({}, value);
        else for (const sample of value) figure.set(sample.labels, sample.value);
      }
    }
  }

  return {
    count(name, labels, by = 1) {
      counters[name].inc(labels, by);
    },
    observe(name, value, labels) {
      histograms[name].observe(labels, value);
    },
    seconds,
    addSource(one) {
      looks.push(one);
    },
    async exposition() {
      await look();
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** One metric for each row of a table. */
function made<T extends Record<string, unknown>, V>(
  table: T,
  make: (name: string, row: T[keyof T]) => V,
): Record<keyof T, V> {
  const entries = Object.entries(table).map(([name, row]) => [
    name,
    // Object.entries forgets that the values are the table's.
    make(name, trusted<T[keyof T]>(row)),
  ]);
  return trusted<Record<keyof T, V>>(Object.fromEntries(entries));
}
