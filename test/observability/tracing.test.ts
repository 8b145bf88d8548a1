import { expect, test } from "bun:test";
import { Failed } from "../../src/lib/result.ts";
import { otlpTracer } from "../../src/observability/otlp.ts";
import { tracedJob } from "../../src/observability/traced-job.ts";
import type { Meter } from "../../src/ports/telemetry.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { withApp } from "../support/app.ts";
import { runJobs } from "../support/run-jobs.ts";
import { withServer } from "../support/server.ts";
import { collector } from "./collector.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";
const SAMPLED = `00-${TRACE}-${CALLER}-01`;
const EVERYTHING = { headers: "", ratio: 1 };
const SERVER = 2;
const CONSUMER = 5;

const quick = { waiting: 8, batch: 4, everyMs: 1, timeoutMs: 1_000, closeMs: 1_000 };

function counted() {
  const counts: Record<string, number> = {};
  const meter: Pick<Meter, "count"> = {
    count(_, labels, by = 1) {
      for (const value of Object.values<string | number>(labels))
        counts[value] = (counts[value] ?? 0) + by;
    },
  };
  return { counts, meter };
}

test("an upload gives four spans: the request, and under it read, verdict and write", async () => {
  const sink = collector();
  const note = syntheticNote();
  await withServer(
    async ({ url, token }) => {
      const answer = await fetch(`${url}/api/nfe/upload?approve=true`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/xml",
          traceparent: SAMPLED,
        },
        body: note.xml,
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("traceparent")).toMatch(
        new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`),
      );
    },
    { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_TRACES_SAMPLER_ARG: 0 },
  );
  const request = sink.spans.find(({ name }) => name === "POST /api/nfe/upload");
  expect(request).toMatchObject({
    trace: TRACE,
    parent: CALLER,
    kind: SERVER,
    failed: false,
    facts: { "http.route": "/api/nfe/upload", "http.response.status_code": 200, "sge.company": 1 },
  });
  const steps = sink.spans.filter(({ parent }) => parent === request?.id);
  expect(steps.map(({ name, trace }) => [name, trace])).toEqual([
    ["read", TRACE],
    ["verdict", TRACE],
    ["write", TRACE],
  ]);
  // The login began here, and nothing that begins here is kept.
  expect(sink.spans).toHaveLength(4);
  expect(JSON.stringify(sink.spans)).not.toContain(note.accessKey);
  await sink.close();
});

test("a failed step and a failed request have an error code, and no message", () =>
  withApp(async ({ ports, raw, tokenOf }) => {
    const sink = collector();
    const tracer = otlpTracer({ ...EVERYTHING, endpoint: sink.endpoint }, ports.meter);
    ports.tracer = tracer;
    ports.health = { check: () => Promise.reject(new Error("segredo")) };
    await raw("GET", "/api/health/full");
    ports.writer = {
      ...ports.writer,
      commit: () =>
        Promise.reject(new Failed({ code: "overloaded", what: "writer", retryAfterS: 1 })),
    };
    await raw("POST", "/api/nfe/upload", { body: syntheticNote().xml });
    await tracer.close();
    const failed = sink.spans.filter((span) => span.failed);
    expect(failed.map(({ name, facts }) => [name, facts["error.type"]])).toEqual([
      ["GET /api/health/full", "internal"],
      ["write", "overloaded"],
      ["POST /api/nfe/upload", "overloaded"],
    ]);
    const said = JSON.stringify(sink.spans);
    for (const secret of ["segredo", tokenOf("ADMIN")]) expect(said).not.toContain(secret);
    await sink.close();
  }));

test("a job continues the trace of the request that asked for it, and its log line has the id", () =>
  withApp(async ({ ports }) => {
    const sink = collector();
    const tracer = otlpTracer({ ...EVERYTHING, endpoint: sink.endpoint }, ports.meter);
    const asked = tracer.begin("POST", "server", null);
    const kept = asked.trace.parent;
    asked.end("POST /api/exports", {}, null);
    const work = { name: "export", parent: kept, facts: { job: "j-1", company: 1, user: 11 } };
    const parent = await tracedJob({ ...ports, tracer }, work, async (own) => {
      await own.writer.commit({ statements: [], read: () => undefined });
      return own.trace.parent;
    });
    const failing = tracedJob({ ...ports, tracer }, work, () =>
      Promise.reject(new Failed({ code: "storage.full" })),
    );
    await expect(failing).rejects.toThrow("storage.full");
    await tracer.close();
    const [request, write, job, failed] = sink.spans;
    expect(job).toMatchObject({ name: "export", kind: CONSUMER, parent: request?.id });
    expect(write).toMatchObject({ name: "write", parent: job?.id, trace: request?.trace });
    expect(failed).toMatchObject({ failed: true, facts: { "error.type": "storage.full" } });
    expect(parent).toBe(`00-${request?.trace}-${job?.id}-01`);
    const lines = ports.logged.filter(({ event }) => event === "job.export");
    expect(lines).toMatchObject([
      { level: "info", job: "j-1", trace_id: request?.trace, user: 11, company: 1, code: null },
      { level: "warn", code: "storage.full", trace_id: request?.trace },
    ]);
    await sink.close();
  }));

test("the documents of a queued batch are children of the request that sent them", () =>
  withApp(async ({ ports, send }) => {
    const sink = collector();
    const tracer = otlpTracer({ ...EVERYTHING, endpoint: sink.endpoint }, ports.meter);
    Object.assign(ports, { tracer });
    const form = new FormData();
    for (const seed of [1, 2])
      form.append("files", new File([syntheticNote({ seed }).xml], `${seed}.xml`));
    const headers = { traceparent: SAMPLED };
    const { status } = await send("POST", "/api/nfe/batch?async=true", { body: form, headers });
    expect(status).toBe(202);
    await runJobs(ports);
    await tracer.close();
    const request = sink.spans.find(({ name }) => name === "POST /api/nfe/batch");
    const documents = sink.spans.filter(({ name }) => name === "document");
    expect(documents).toHaveLength(2);
    for (const document of documents) {
      expect(document).toMatchObject({ kind: CONSUMER, trace: TRACE, parent: request?.id });
      const steps = sink.spans.filter(({ parent }) => parent === document.id);
      expect(steps.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["read", "verdict", "write"]),
      );
    }
    const lines = ports.logged.filter(({ event }) => event === "job.document");
    expect(lines.map(({ trace_id }) => trace_id)).toEqual([TRACE, TRACE]);
    await sink.close();
  }));

test("the ratio samples traces that begin here; a trace from outside is sampled by its own flag", async () => {
  const sink = collector();
  const { meter } = counted();
  const kept = (ratio: number, parent: string | null) =>
    otlpTracer({ endpoint: sink.endpoint, headers: "", ratio }, meter).begin("x", "server", parent)
      .trace.recorded;
  expect(kept(1, null)).toBe(true);
  expect(kept(0, null)).toBe(false);
  expect(kept(0, SAMPLED)).toBe(true);
  expect(kept(1, SAMPLED.replace(/01$/, "00"))).toBe(false);
  const half = otlpTracer({ endpoint: sink.endpoint, headers: "", ratio: 0.5 }, meter);
  const begun = Array.from({ length: 400 }, () => half.begin("x", "server", null).trace.recorded);
  const share = begun.filter(Boolean).length / begun.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.7);
  await sink.close();
});

test("the collector gets its headers, at the path of the protocol", async () => {
  const sink = collector();
  const headers = "authorization=Bearer%20abc,x-tenant=loja";
  const tracer = otlpTracer(
    { endpoint: `${sink.endpoint}/`, headers, ratio: 1 },
    counted().meter,
    quick,
  );
  tracer.begin("x", "server", null).end("x", {}, null);
  await tracer.close();
  const [request] = sink.requests;
  expect(request?.path).toBe("/v1/traces");
  expect(request?.headers.get("authorization")).toBe("Bearer abc");
  expect(request?.headers.get("x-tenant")).toBe("loja");
  await sink.close();
});

test("a collector that refuses or is down loses spans, which are counted, and nothing else", async () => {
  const refusing = collector(() => new Response("no", { status: 503 }));
  const gone = collector();
  await gone.close();
  for (const { endpoint } of [refusing, gone]) {
    const { counts, meter } = counted();
    const tracer = otlpTracer({ ...EVERYTHING, endpoint }, meter, quick);
    for (let n = 0; n < 3; n++) tracer.begin("x", "server", null).end("x", {}, null);
    await tracer.close();
    expect(counts).toEqual({ failed: 3 });
  }
  await refusing.close();
});

test("a bounded number of spans waits while the collector does not answer, and the rest is dropped", async () => {
  const [asked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = collector(async () => {
    asked.resolve();
    await release.promise;
    return Response.json({});
  });
  const { counts, meter } = counted();
  const tracer = otlpTracer({ ...EVERYTHING, endpoint: slow.endpoint }, meter, quick);
  const end = (n: number) => {
    for (let i = 0; i < n; i++) tracer.begin("x", "server", null).end("x", {}, null);
  };
  end(4);
  await asked.promise;
  end(100);
  expect(counts).toEqual({ dropped: 92 });
  release.resolve();
  await tracer.close();
  expect(counts).toEqual({ dropped: 92, sent: 12 });
  expect(slow.requests.every(({ spans }) => spans <= quick.batch)).toBe(true);
  await slow.close();
});

test("closing the tracer does not wait for a collector that hangs", async () => {
  const hanging = collector(() => new Promise<Response>(() => undefined));
  const { counts, meter } = counted();
  const limits = { ...quick, timeoutMs: 60_000, closeMs: 20 };
  const tracer = otlpTracer({ ...EVERYTHING, endpoint: hanging.endpoint }, meter, limits);
  tracer.begin("x", "server", null).end("x", {}, null);
  await tracer.close();
  expect(counts).toEqual({ failed: 1 });
  await hanging.close();
});
