import { expect, test } from "bun:test";
import { Failed } from "../../../../src/lib/result.ts";
import { FIGURES } from "../../../../src/metrics.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { VERSION } from "../../../../src/version.ts";
import { oneCompanyOnly, type TestApp, withApp as withoutToken } from "../../../support/app.ts";
import type { TestOverrides } from "../../../support/ports.ts";

const METRICS_TOKEN = "um-token-de-dezesseis-ou-mais";
const scraper = { as: "anonymous", headers: { authorization: `Bearer ${METRICS_TOKEN}` } } as const;

/** A service with METRICS_TOKEN: the tests have two companies, so that no administrator may see the metrics. */
const withMeteredApp = (body: (service: TestApp) => Promise<void>, overrides: TestOverrides = {}) =>
  withoutToken(body, { ...overrides, config: { METRICS_TOKEN, ...overrides.config } });

/** The samples of an exposition: `name{labels}` and its value. */
async function samplesOf({ send }: TestApp): Promise<Map<string, number>> {
  const { status, text } = await send("GET", "/metrics", scraper);
  expect(status).toBe(200);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test("the metrics have requests, durations and problems by route pattern", () =>
  withMeteredApp(async (service) => {
    const note = syntheticNote();
    await service.upload(note.xml);
    await service.send("GET", `/api/nfes/${note.accessKey}`);
    await service.send("GET", "/api/nfes/35");
    await service.send("POST", `/api/nfes/${note.accessKey}/process`);
    await service.send("POST", `/api/nfes/${note.accessKey}/process`);
    const samples = await samplesOf(service);
    const of = (name: string) => samples.get(name);
    expect(of('http_requests_total{method="POST",endpoint="/api/nfe/upload",status="200"}')).toBe(
      1,
    );
    const one = 'method="GET",endpoint="/api/nfes/:access_key"';
    expect(of(`http_requests_total{${one},status="200"}`)).toBe(1);
    expect(of(`http_requests_total{${one},status="422"}`)).toBe(1);
    expect(of(`http_request_duration_seconds_count{${one}}`)).toBe(2);
    expect(of(`http_request_duration_seconds_bucket{le="+Inf",${one}}`)).toBe(2);
    // Two approvals, of which one posts.
    expect(of("nfe_processed_total")).toBe(1);
    expect(of('http_problems_total{code="request.invalid"}')).toBe(1);
  }));

test("the metrics count verdicts by class and hold, refusals by code, export rows by type", () =>
  withMeteredApp(async (service) => {
    const note = syntheticNote({ seed: 1 });
    await service.upload(note.xml, "?approve=true");
    await service.upload(note.xml, "?approve=true");
    await service.upload(syntheticNote({ seed: 2 }).xml);
    await service.upload(syntheticNote({ seed: 3 }).xml.replaceAll("<tpAmb>1", "<tpAmb>2"));
    await service.upload("<nada/>");
    const form = new FormData();
    form.append("files", new File(["%PDF"], "a.xml"));
    form.append("files", new File(["<outro/>"], "b.xml"));
    await service.send("POST", "/api/nfe/batch", { body: form });
    const csv = await service.send("GET", "/api/export/movements?dialect=rfc4180");
    const samples = await samplesOf(service);
    const metric = (name: string) =>
      Object.fromEntries(
        [...samples].flatMap(([sample, value]) =>
          sample.startsWith(`${name}{`) ? [[sample.slice(name.length), value]] : [],
        ),
      );
    expect(metric("nfe_verdicts_total")).toEqual({
      '{direction="entry",outcome="approved"}': 1,
      '{direction="entry",outcome="waiting"}': 1,
      '{direction="entry",outcome="held"}': 1,
    });
    expect(metric("nfe_holds_total")).toEqual({ '{hold="homologation"}': 1 });
    const refusals = metric("nfe_refusals_total");
    expect(refusals['{code="nfe.duplicate"}']).toBe(1);
    expect(refusals['{code="nfe.not_an_nfe"}']).toBe(2);
    const rows = csv.text.trimEnd().split("\r\n").length - 1;
    expect(metric("export_rows_total")).toEqual({
      '{type="archive"}': 0,
      '{type="audit"}': 0,
      '{type="inventory"}': 0,
      '{type="movements"}': rows,
      '{type="nfe-items"}': 0,
      '{type="nfes"}': 0,
      '{type="stock"}': 0,
      '{type="lots"}': 0,
      '{type="supplier-items"}': 0,
    });
    expect(samples.get("nfe_processed_total")).toBe(1);
  }));

/** Methods of WebDAV and caches, which Bun's Request accepts; a method of ours becomes GET there. */
const METHODS = ["PROPFIND", "REPORT", "LOCK", "PURGE", "LINK", "SEARCH"];

test("unknown paths and methods add only a few series", () =>
  withMeteredApp(async (service) => {
    const before = (await samplesOf(service)).size;
    for (let n = 0; n < 500; n++) {
      await (await service.raw("GET", `/${n}/${crypto.randomUUID()}`)).body?.cancel();
      const method = METHODS[n % METHODS.length] ?? "";
      await (await service.raw(method, `/api/${n}`, { as: "anonymous" })).body?.cancel();
    }
    const samples = await samplesOf(service);
    // An unknown path with a token, one without, and /metrics itself: counts, times, codes.
    expect(samples.size - before).toBeLessThan(60);
    expect([...samples.keys()].filter((name) => /\d{2,}-|\/\d/.test(name))).toEqual([]);
    expect(samples.get('http_requests_total{method="GET",endpoint="unknown",status="404"}')).toBe(
      500,
    );
    expect(samples.get('http_requests_total{method="other",endpoint="unknown",status="401"}')).toBe(
      500,
    );
  }));

test("METRICS_TOKEN is accepted at /metrics and nowhere else", () =>
  withMeteredApp(
    async ({ send }) => {
      const answer = await send("GET", "/metrics", scraper);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
      expect((await send("GET", "/api/stock", scraper)).status).toBe(401);
      const wrong = { authorization: `Bearer ${METRICS_TOKEN.slice(0, -1)}x` };
      expect((await send("GET", "/metrics", { as: "anonymous", headers: wrong })).status).toBe(401);
      expect((await send("GET", "/metrics", { as: "anonymous" })).status).toBe(401);
      expect((await send("GET", "/metrics", { as: "GERENTE" })).status).toBe(403);
      const administrator = await send("GET", "/metrics", { as: "ADMIN" });
      expect([administrator.status, administrator.body.code]).toEqual([
        403,
        "metrics.many_companies",
      ]);
    },
    { config: { METRICS_TOKEN } },
  ));

test("an administrator sees the metrics only where there is one company", () =>
  withMeteredApp(async (service) => {
    const { send } = service;
    const { body } = await send("POST", "/api/keys", { json: { name: "ERP", role: "ADMIN" } });
    const key = { as: "anonymous", headers: { authorization: `Bearer ${body.key}` } } as const;
    for (const options of [{}, key]) {
      const { status, body: problem, text } = await send("GET", "/metrics", options);
      expect([status, problem.code]).toEqual([403, "metrics.many_companies"]);
      expect(text).not.toContain("sge_notes");
    }
    await oneCompanyOnly(service);
    for (const options of [{}, key]) {
      const { status, text } = await send("GET", "/metrics", options);
      expect([status, text]).toEqual([200, expect.stringContaining("# TYPE")]);
    }
    expect((await send("GET", "/metrics", { as: "GERENTE" })).status).toBe(403);
  }));

test("no token is a METRICS_TOKEN when none is set", () =>
  withoutToken(async ({ send }) => {
    for (const token of ["undefined", "null", METRICS_TOKEN])
      expect(
        (
          await send("GET", "/metrics", {
            as: "anonymous",
            headers: { authorization: `Bearer ${token}` },
          })
        ).status,
      ).toBe(401);
  }));

test("scrapes have no rate limit", () =>
  withMeteredApp(
    async (service) => {
      const { send } = service;
      await oneCompanyOnly(service);
      for (let n = 0; n < 10; n++) {
        expect((await send("GET", "/metrics")).status).toBe(200);
        expect((await send("GET", "/metrics", scraper)).status).toBe(200);
      }
    },
    { config: { METRICS_TOKEN, RATE_LIMIT_PER_SECOND: 1, RATE_LIMIT_BURST: 2 } },
  ));

test("each app counts for itself", () =>
  withMeteredApp(async (one) => {
    await withMeteredApp(async (other) => {
      for (let n = 0; n < 3; n++) await one.send("GET", "/api/health");
      const name = 'http_requests_total{method="GET",endpoint="/api/health",status="200"}';
      expect((await samplesOf(one)).get(name)).toBe(3);
      expect((await samplesOf(other)).get(name)).toBeUndefined();
    });
  }));

test("a runtime without a process-wide meter takes its metrics from the database", () =>
  withMeteredApp(async (service) => {
    const { ports, send } = service;
    const { exposition: _, ...deaf } = ports.meter;
    Object.assign(ports, { meter: deaf });
    const empty = await samplesOf(service);
    expect(empty.get("sge_companies")).toBe(2);
    expect(empty.get("sge_notes_registered_total")).toBe(0);
    await service.upload(syntheticNote({ seed: 1 }).xml, "?approve=true");
    await service.upload(syntheticNote({ seed: 2 }).xml);
    await send("POST", "/api/exports", { json: { type: "stock" } });
    ports.clock.advance(60_000);
    const samples = await samplesOf(service);
    const movements = await service.rows("select count(*) as n from movements");
    const events = await service.rows("select count(*) as n from events");
    const expected = {
      [`sge_build_info{version="${VERSION}"}`]: 1,
      sge_companies: 2,
      'sge_notes{status="PENDENTE"}': 1,
      'sge_notes{status="PROCESSADA"}': 1,
      'sge_notes{status="DESCARTADA"}': 0,
      sge_notes_registered_total: 2,
      sge_movements_total: Number(movements[0]?.n),
      sge_events_total: Number(events[0]?.n),
      sge_feed_age_seconds: 60,
      'sge_jobs{kind="export",state="queued"}': 1,
      sge_jobs_oldest_seconds: 60,
      'sge_job_items{state="received"}': 0,
      'sge_exports{state="kept"}': 0,
      'sge_queue_messages{state="parked"}': 0,
    };
    const shown = Object.keys(expected).map((name) => [name, samples.get(name)]);
    expect(Object.fromEntries(shown)).toEqual(expected);
    for (const name of samples.keys())
      expect(Object.keys(FIGURES)).toContain(name.replace(/\{.*/, ""));
    expect((await send("GET", "/metrics", scraper)).headers.get("content-type")).toStartWith(
      "text/plain; version=0.0.4",
    );
  }));

test("an infrastructure failure does not count as a refused document", () =>
  withMeteredApp(async (service) => {
    service.ports.documents = {
      ...service.ports.documents,
      read: () =>
        Promise.reject(new Failed({ code: "overloaded", what: "documents", retryAfterS: 1 })),
    };
    expect((await service.upload(syntheticNote().xml)).status).toBe(503);
    const samples = await samplesOf(service);
    expect([...samples.keys()].filter((name) => name.startsWith("nfe_refusals_total"))).toEqual([]);
    expect(samples.get('http_problems_total{code="overloaded"}')).toBe(1);
  }));
