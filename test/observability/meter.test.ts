import { expect, test } from "bun:test";
import { COUNTERS, FIGURES, HISTOGRAMS } from "../../src/metrics.ts";
import { promMeter } from "../../src/observability/meter.ts";

const tables = { ...COUNTERS, ...HISTOGRAMS, ...FIGURES };

test("every metric has a unique Prometheus name with its unit or the suffix of a counter", () => {
  const all = [COUNTERS, HISTOGRAMS, FIGURES].flatMap((table) => Object.keys(table));
  expect(new Set(all).size).toBe(all.length);
  for (const name of all) expect(name).toMatch(/^[a-z][a-z0-9_]*[a-z]$/);
  for (const name of Object.keys(COUNTERS)) expect(name).toEndWith("_total");
  for (const [name, { type }] of Object.entries(FIGURES))
    expect([name, type === "counter"]).toEqual([name, name.endsWith("_total")]);
});

test("counters are exposed with the help and type of their table, from the start", async () => {
  const meter = promMeter(() => 0);
  meter.count("http_requests_total", { method: "GET", endpoint: "/a", status: 200 }, 2);
  meter.count("http_requests_total", { method: "GET", endpoint: "/a", status: 200 });
  meter.observe("sge_commit_writes", 3, {});
  const { type, text } = await meter.exposition();
  expect(type).toStartWith("text/plain; version=0.0.4");
  for (const [name, { help }] of Object.entries(tables))
    expect(text).toContain(`# HELP ${name} ${help}`);
  expect(text).toContain('http_requests_total{method="GET",endpoint="/a",status="200"} 3\n');
  expect(text).toContain('sge_commit_writes_bucket{le="2"} 0\n');
  expect(text).toContain('sge_commit_writes_bucket{le="4"} 1\n');
  expect(text).toContain("nfe_processed_total 0\n");
  expect(text).toContain('http_problems_total{code="internal"} 0\n');
});

test("a gauge has its value at the time of the scrape, and is absent when its source fails", async () => {
  const meter = promMeter(() => 0);
  let queued: number | null = 4;
  meter.addSource(() => {
    if (queued === null) throw new Error("not now");
    return {
      sge_writer_queue: queued,
      sge_writer_overloaded_total: queued * 10,
      sge_breaker_state: [{ labels: { name: "database" }, value: 2 }],
    };
  });
  meter.addSource(async () => ({ sge_queue_oldest_seconds: 1.5 }));
  const lines = async () =>
    (await meter.exposition()).text
      .split("\n")
      .filter((line) => /^sge_(writer|breaker|queue)/.test(line));
  const known = [
    "sge_writer_queue 4",
    "sge_writer_overloaded_total 40",
    "sge_queue_oldest_seconds 1.5",
    'sge_breaker_state{name="database"} 2',
  ];
  expect(await lines()).toEqual(known);
  expect(await lines()).toEqual(known);
  queued = null;
  expect(await lines()).toEqual(["sge_queue_oldest_seconds 1.5"]);
});

test("two scrapes at once both get all metrics", async () => {
  const meter = promMeter(() => 0);
  meter.addSource(async () => {
    await Promise.resolve();
    return { sge_writer_queue: 7 };
  });
  const both = await Promise.all([meter.exposition(), meter.exposition()]);
  for (const { text } of both) expect(text).toContain("sge_writer_queue 7\n");
});
