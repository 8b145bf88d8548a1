import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { execute } from "./recording-proxy.mjs";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "./world.mjs";

const METRICS_TOKEN = "um-token-de-dezesseis-ou-mais";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";

describe("limits at the edge", () => {
  let edge;
  let database;
  let note;
  let token;
  let settings;
  const sink = collector();

  const call = (path, { json, xml, multipart, bearer = token, headers = {} } = {}) => {
    const sent =
      json !== undefined
        ? ["application/json", JSON.stringify(json)]
        : xml !== undefined
          ? ["application/xml", xml]
          : multipart !== undefined
            ? ["multipart/form-data; boundary=cut", multipart.join("\r\n")]
            : null;
    return edge.fetch(path, {
      method: sent === null ? "GET" : "POST",
      headers: {
        ...(sent === null ? {} : { "content-type": sent[0] }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: sent?.[1],
    });
  };

  before(async () => {
    const started = await Promise.allSettled([
      libsqlServer(),
      fromBun(`
        const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
        return syntheticNote({ seed: 1 });`),
      sink.listen(),
    ]);
    [database, note] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    settings = {
      DATABASE_URL: database.url,
      JWT_SECRET: SECRET,
      PASSWORD_COST: "4",
      METRICS_TOKEN,
      RATE_LIMIT_PER_SECOND: "1",
      RATE_LIMIT_BURST: "6",
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url(),
      OTEL_TRACES_SAMPLER_ARG: "0",
    };
    edge = await worker(settings);
    ({ token } = await (await call("/api/login", { json: ADMIN })).json());
  });
  after(async () => {
    await edge?.close();
    await database?.close();
    sink.close();
  });

  test("a user's bucket is exact, and a refusal has the time of the next token", async () => {
    const first = await call("/api/company");
    assert.equal(first.status, 200);
    assert.equal(first.headers.get("ratelimit-policy"), "6;w=6");
    assert.equal(first.headers.get("ratelimit"), "limit=6, remaining=5, reset=1");
    const started = Date.now();
    const answers = await Promise.all(Array.from({ length: 30 }, () => call("/api/company")));
    const filled = Math.ceil((Date.now() - started) / 1_000);
    const passed = answers.filter(({ status }) => status === 200);
    assert.ok(passed.length >= 5 && passed.length <= 5 + filled, `${passed.length} passed`);
    const refused = answers.filter(({ status }) => status !== 200);
    assert.deepEqual([...new Set(refused.map(({ status }) => status))], [429]);
    for (const { headers } of refused) {
      assert.equal(headers.get("retry-after"), "1");
      assert.match(headers.get("ratelimit"), /^limit=6, remaining=0, reset=1$/);
    }
    assert.equal((await refused[0].json()).code, "rate_limited");
  });

  test("the database's figures are metrics, for METRICS_TOKEN and an administrator, outside of the limit", async () => {
    const scrape = (bearer) => call("/metrics", { bearer });
    assert.equal((await scrape(null)).status, 401);
    assert.equal((await scrape(`${METRICS_TOKEN}x`)).status, 401);
    for (let n = 0; n < 8; n++) assert.equal((await scrape(METRICS_TOKEN)).status, 200);
    await execute(
      database.url,
      "insert into events (company, type, payload, at) values (1, 'test', '{}', 1)",
    );
    const answer = await scrape(token);
    assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    assert.match(text, /^# TYPE sge_notes gauge$/m);
    assert.match(text, /^sge_notes\{status="PENDENTE"\} 0$/m);
    assert.match(text, /^sge_events_total 1$/m);
    assert.match(text, /^sge_build_info\{version="[^"]+"\} 1$/m);
  });

  test("guesses from other networks do not lock out a user on a known network", async () => {
    const login = async (address, password) => {
      const headers = { "cf-connecting-ip": address };
      return (await call("/api/login", { json: { ...ADMIN, password }, headers })).status;
    };
    assert.equal(await login("198.51.100.1", ADMIN.password), 200);
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push(await login(`198.51.100.${10 + n}`, "errada errada"));
    // Two good logins were the first of the five.
    assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
    assert.equal(await login("198.51.100.20", ADMIN.password), 429);
    assert.equal(await login("198.51.100.1", ADMIN.password), 200);
  });

  test("an account allows five guesses a minute, also across a restart of the Worker", async () => {
    const guess = () =>
      call("/api/login", { json: { email: "outra@loja.example", password: "errada" } });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await guess()).status);
    await edge.bind({ ...settings, RATE_LIMIT_BURST: "0" });
    for (let n = 0; n < 3; n++) statuses.push((await guess()).status);
    // The administrator's login before was the first of this network.
    assert.deepEqual(statuses, [401, 401, 401, 401, 429, 429]);
    const refused = await guess();
    assert.equal((await refused.json()).code, "rate_limited");
    assert.ok(Number(refused.headers.get("retry-after")) > 1);
  });

  test("a trace from outside is sent to the collector after the answer, with its steps", async () => {
    const traceparent = `00-${TRACE}-${CALLER}-01`;
    const answer = await call("/api/nfe/upload?approve=true", {
      xml: note.xml,
      headers: { traceparent },
    });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("traceparent"), new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    const spans = await sink.of(4);
    const request = spans.find(({ name }) => name === "POST /api/nfe/upload");
    assert.equal(request.parentSpanId, CALLER);
    assert.equal(request.kind, 2);
    assert.deepEqual(
      spans.filter(({ parentSpanId }) => parentSpanId === request.spanId).map(({ name }) => name),
      ["read", "verdict", "write"],
    );
    for (const { traceId, startTimeUnixNano: from, endTimeUnixNano: to } of spans) {
      assert.equal(traceId, TRACE);
      assert.ok(BigInt(to) >= BigInt(from) && from.length === 19);
    }
    const facts = Object.fromEntries(request.attributes.map(({ key, value }) => [key, value]));
    assert.deepEqual(facts["http.route"], { stringValue: "/api/nfe/upload" });
    assert.deepEqual(facts["http.response.status_code"], { intValue: "200" });
    assert.ok(!JSON.stringify(spans).includes(note.accessKey));
  });

  test("a queued job continues the trace of its request", async () => {
    const traceparent = `00-${TRACE.replace("4b", "5c")}-${CALLER}-01`;
    const answer = await call("/api/nfe/batch?async=true", {
      multipart: [
        "--cut",
        'content-disposition: form-data; name="files"; filename="a.xml"',
        "",
        note.xml,
        "--cut--",
        "",
      ],
      headers: { traceparent },
    });
    assert.equal(answer.status, 202);
    const spans = await sink.of(1, ({ kind }) => kind === 5);
    assert.equal(spans[0].traceId, TRACE.replace("4b", "5c"));
    assert.equal(spans[0].name, "document");
  });
});

/** A collector of OTLP in JSON, and the spans that it got. */
function collector() {
  const spans = [];
  const listeners = new Set();
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    for (const { scopeSpans } of body.resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.end("{}");
    for (const look of listeners) look();
  });
  return {
    listen: () => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve)),
    url: () => `http://127.0.0.1:${server.address().port}`,
    /** So many spans, as soon as they are there. */
    of: (count, wanted = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = spans.filter(wanted);
          if (found.length < count) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    close: () => server.close(),
  };
}
