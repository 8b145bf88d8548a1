import { expect, test } from "bun:test";
import { connect } from "node:net";
import { trusted } from "../../../src/lib/cast.ts";
import { yieldToEventLoop } from "../../../src/platform/bun/ports.ts";
import type { DocumentReader } from "../../../src/ports/documents.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

const lineOf = (service: TestApp, event = "request") =>
  service.ports.logged.filter((line) => line.event === event).at(-1);

test("a request's log line has ids, route, user, code, time and size, and no content", () =>
  withApp(async (service) => {
    const note = syntheticNote();
    const answer = await service.upload(note.xml);
    expect(lineOf(service)).toEqual({
      level: "info",
      event: "request",
      request_id: answer.headers.get("x-request-id"),
      trace_id: answer.headers.get("traceparent")?.split("-")[1],
      method: "POST",
      route: "/api/nfe/upload",
      status: 200,
      code: null,
      ms: expect.any(Number),
      bytes: null,
      user: 12,
      company: 1,
      key: null,
      peer: "127.0.0.1",
    });
    await service.send("GET", `/api/nfes/${note.accessKey}?segredo=1`, {
      as: "otherCompany",
      headers: { "content-length": "0" },
    });
    expect(lineOf(service)).toMatchObject({
      route: "/api/nfes/:access_key",
      status: 404,
      code: "nfe.not_found",
      user: 21,
      company: 2,
      bytes: 0,
    });
    await service.send("GET", "/lugar/nenhum", { as: "anonymous" });
    expect(lineOf(service)).toMatchObject({ route: "unknown", status: 404, user: null });
    expect(service.ports.logged).toHaveLength(3);
    const log = JSON.stringify(service.ports.logged);
    for (const secret of [note.accessKey, "segredo", "nenhum", service.tokenOf("otherCompany")])
      expect(log).not.toContain(secret);
  }));

/** Sends a request and expects one trace in its answer and its log line; the id of that trace. */
async function traceOf(service: TestApp, traceparent?: string): Promise<string | undefined> {
  const sent = traceparent === undefined ? {} : { headers: { traceparent } };
  const answer = await service.send("GET", "/api/health", sent);
  const [, trace, span] = (answer.headers.get("traceparent") ?? "").split("-");
  expect(lineOf(service)?.trace_id).toBe(trace);
  expect(span).toMatch(/^[0-9a-f]{16}$/);
  return trace;
}

test("a caller's trace continues in the answer and the log", () =>
  withApp(async (service) => {
    expect(await traceOf(service, `00-${TRACE}-00f067aa0ba902b7-01`)).toBe(TRACE);
  }));

test("an absent or invalid traceparent begins a new trace", () =>
  withApp(async (service) => {
    for (const bad of [undefined, `00-${TRACE}-0-01`, "lixo"]) {
      const own = await traceOf(service, bad);
      expect(own).toMatch(/^[0-9a-f]{32}$/);
      expect(own).not.toBe(TRACE);
    }
  }));

test("a crash is logged with the source line and without the message", () =>
  withApp(async (service) => {
    service.ports.documents = {
      ...service.ports.documents,
      // A reader that fails with an error of its own.
      read: async () =>
        trusted<Awaited<ReturnType<DocumentReader["read"]>>>({ ok: true, value: null }),
    };
    expect((await service.upload(syntheticNote().xml)).status).toBe(500);
    expect(lineOf(service, "request.crashed")).toMatchObject({
      level: "error",
      name: "TypeError",
      where: expect.stringMatching(/\/src\/[a-z/-]+\.ts:\d+/),
      request_id: lineOf(service)?.request_id,
      trace_id: lineOf(service)?.trace_id,
    });
    expect(lineOf(service)).toMatchObject({ status: 500, code: "internal" });
  }));

/** The service on a socket, so that a client can disconnect. */
function onSocket(service: TestApp) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => service.app.fetch(request),
  });
  /** Resolves with the next log line of a request. */
  const nextLogLine = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { log } = service.ports;
    service.ports.log = (...line) => {
      log(...line);
      if (line[1].startsWith("request")) resolve();
    };
    return promise;
  };
  return { port: server.port ?? 0, url: `http://127.0.0.1:${server.port}`, nextLogLine, server };
}

test("a disconnect during the work is logged at info and ends the work", () =>
  withApp(async (service) => {
    const { url, nextLogLine, server } = onSocket(service);
    const reached = Promise.withResolvers<void>();
    service.ports.documents = {
      ...service.ports.documents,
      read: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          reached.resolve();
        }),
    };
    const leaving = new AbortController();
    const line = nextLogLine();
    const sent = fetch(`${url}/api/nfe/upload`, {
      method: "POST",
      body: syntheticNote().xml,
      headers: { authorization: `Bearer ${service.tokenOf("OPERADOR")}` },
      signal: leaving.signal,
    }).catch(() => null);
    await reached.promise;
    leaving.abort();
    await sent;
    await line;
    expect(service.ports.logged).toMatchObject([
      { level: "info", event: "request.aborted", status: 499, route: "/api/nfe/upload", user: 12 },
    ]);
    const { text } = await service.ports.meter.exposition();
    expect(text).toContain(
      'http_requests_total{method="POST",endpoint="/api/nfe/upload",status="499"} 1\n',
    );
    await server.stop(true);
  }));

test("a disconnect during the upload is logged at info", () =>
  withApp(async (service) => {
    const { port, nextLogLine, server } = onSocket(service);
    const line = nextLogLine();
    const socket = connect(port, "127.0.0.1");
    socket.write(
      [
        "POST /api/nfe/upload HTTP/1.1",
        "Host: localhost",
        `Authorization: Bearer ${service.tokenOf("OPERADOR")}`,
        "Content-Type: application/xml",
        "Content-Length: 100000",
        "",
        "<nfeProc>",
      ].join("\r\n"),
    );
    // The handler reads the body and waits for the rest of it.
    while (server.pendingRequests === 0) await yieldToEventLoop();
    socket.destroy();
    await line;
    expect(service.ports.logged.map(({ event, level }) => [event, level])).toEqual([
      ["request.aborted", "info"],
    ]);
    await server.stop(true);
  }));

test("a path that is the text of a middleware's pattern is one request, with one id and one count", () =>
  withApp(async (service) => {
    for (const path of ["/*", "/api/*", "/api/company/*", "*"]) {
      const { status, headers, body } = await service.send("GET", path);
      expect([path, status, body.request_id]).toEqual([path, 404, headers.get("x-request-id")]);
    }
    const { text } = await service.ports.meter.exposition();
    expect(text).toMatch(/http_requests_total\{method="GET",endpoint="[^"]*",status="404"\} 4\n/);
  }));
