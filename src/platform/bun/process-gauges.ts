import { readdir } from "node:fs/promises";
import type { PromMeter } from "../../observability/meter.ts";
import { VERSION } from "../../version.ts";
import { watchStorage } from "./database/storage-gauges.ts";
import type { BunPorts } from "./ports.ts";

const BREAKERS = { closed: 0, half_open: 1, open: 2 } as const;

/** Interval of the probes of the event loop's delay (measured: 0.2 % of a core), ms. */
const TICK_MS = 50;

/**
 * The figures that are read at each scrape of `/metrics`: writer, threads, queue, breakers, process, disk; and the delay of the
 * event loop, until `end`.
 */
export function watch(
  ports: Pick<BunPorts, "meter" | "queue" | "figures" | "breakers" | "config" | "reader" | "clock">,
  server: Pick<Bun.Server<undefined>, "pendingRequests">,
): { end(): void } {
  const { meter } = ports;
  watchParts(ports);
  watchProcess(meter);
  watchStorage(meter, ports);
  meter.addSource(() => ({
    sge_build_info: [{ labels: { version: VERSION }, value: 1 }],
    http_requests_in_work: server.pendingRequests,
  }));
  return watchEventLoop(meter);
}

function watchParts({
  meter,
  queue,
  figures,
  breakers,
}: Pick<BunPorts, "meter" | "queue" | "figures" | "breakers">): void {
  meter.addSource(() => {
    const { writer, documents, queue, longReads } = figures();
    return {
      sge_writer_queue: writer.queued,
      sge_writer_overloaded_total: writer.overloaded,
      sge_writer_split_total: writer.split,
      sge_reader_threads: [
        { labels: { state: "busy" }, value: documents.busy },
        { labels: { state: "idle" }, value: documents.workers - documents.busy },
      ],
      sge_reader_queue: documents.queued,
      sge_reader_timeouts_total: documents.timeouts,
      sge_reader_crashes_total: documents.crashes,
      sge_long_reads: (["running", "waiting"] as const).map((state) => ({
        labels: { state },
        value: longReads[state],
      })),
      sge_long_reads_interrupted_total: longReads.interrupted,
      sge_queue_handled_total: (["done", "retried", "parked"] as const).map((outcome) => ({
        labels: { outcome },
        value: queue[outcome],
      })),
    };
  });
  meter.addSource(async () => {
    const { waiting, inWork, parked, oldestMs } = await queue.depth();
    return {
      sge_queue_messages: [
        { labels: { state: "waiting" }, value: waiting },
        { labels: { state: "in_work" }, value: inWork },
        { labels: { state: "parked" }, value: parked },
      ],
      sge_queue_oldest_seconds: oldestMs / 1_000,
    };
  });
  meter.addSource(() => {
    const all = breakers().map(({ name, ...figures }) => ({ labels: { name }, ...figures }));
    return {
      sge_breaker_state: all.map(({ labels, state }) => ({ labels, value: BREAKERS[state] })),
      sge_breaker_opened_total: all.map(({ labels, opened }) => ({ labels, value: opened })),
      sge_breaker_refused_total: all.map(({ labels, refused }) => ({ labels, value: refused })),
    };
  });
}

function watchProcess(meter: PromMeter): void {
  meter.addSource(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      process_cpu_seconds_total: (user + system) / 1e6,
      process_resident_memory_bytes: rss,
      process_heap_bytes: heapUsed,
      process_start_time_seconds: performance.timeOrigin / 1_000,
    };
  });
  // Only where there is a /proc.
  meter.addSource(async () => ({ process_open_fds: (await readdir("/proc/self/fd")).length }));
}

/** A histogram, not a gauge: a gauge that resets at each scrape would split its values between two scrapers. */
function watchEventLoop(meter: PromMeter): { end(): void } {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = Math.max(0, now - last - TICK_MS);
    last = now;
    meter.observe("sge_event_loop_delay_seconds", late / 1_000, {});
  }, TICK_MS).unref();
  return { end: () => clearInterval(timer) };
}
