import { expect, test } from "bun:test";
import { openDownloads } from "../../../src/http/stream/download-limit.ts";
import { feedBroadcaster } from "../../../src/journal/feed-broadcaster.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { startExport } from "../../support/exports/export-jobs.ts";
import { STREAM_PATH, yieldTurns } from "../../support/feed/open-feed.ts";
import { testInFull } from "../../support/full.ts";
import { concretePath, MATRIX, REQUIRED_QUERY } from "../../support/http/role-matrix.ts";
import { runJobs } from "../../support/run-jobs.ts";

/** A URL of every route that answers GET, and those of an existing note and file. */
async function gets(service: TestApp): Promise<string[]> {
  const note = syntheticNote({ seed: 1, items: 2 });
  await service.upload(note.xml, "?approve=true");
  const made = await startExport(service, { type: "stock" });
  await runJobs(service.ports);
  const key = `/api/nfes/${note.accessKey}`;
  const routes = MATRIX.filter(([method]) => method === "get").map(
    ([, path]) => concretePath(path) + (REQUIRED_QUERY[path] ?? ""),
  );
  return [...routes, "/openapi.json", key, `${key}/xml`, made, `${made}/file`];
}

const tight = {
  config: { SSE_CLIENTS: 2, SSE_CLIENTS_PER_USER: 2, MAX_IN_FLIGHT: 2, MAX_IN_FLIGHT_PER_USER: 1 },
};

/** Expects that no resource which a request may take is still taken. */
function nothingTaken({ ports }: TestApp): void {
  expect([feedBroadcaster(ports).size, openDownloads(ports)]).toEqual([0, 0]);
}

test("HEAD on every GET route leaks no stream", () =>
  withApp(async (service) => {
    for (const path of await gets(service))
      for (let time = 0; time < 3; time++) {
        const { status, text } = await service.send("HEAD", path);
        expect([path, status, text]).toEqual([path, expect.any(Number), ""]);
        expect(status).not.toBe(500);
        expect(status).not.toBe(503);
        nothingTaken(service);
      }
    const streams = [await service.raw("GET", STREAM_PATH), await service.raw("GET", STREAM_PATH)];
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    for (const { body } of streams) await body?.cancel();
    nothingTaken(service);
  }, tight));

test("HEAD has the status and headers of GET", () =>
  withApp(async (service) => {
    for (const path of await gets(service)) {
      if (path === STREAM_PATH) continue;
      const [get, head] = [await service.raw("GET", path), await service.raw("HEAD", path)];
      expect([path, head.status]).toEqual([path, get.status]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      expect(head.headers.get("etag")).toBe(get.headers.get("etag"));
      const length = head.headers.get("content-length");
      const sent = String((await get.arrayBuffer()).byteLength);
      // The metrics count their own requests, and the health has the time.
      if (path === "/metrics" || path === "/api/health/full") continue;
      const isStream = /^\/api\/(?:export\/|nfes\/archive)/.test(path);
      expect([path, length]).toEqual([path, isStream ? null : sent]);
    }
  }));

test("HEAD of the feed waits for no event", () =>
  withApp(async ({ send }) => {
    expect((await send("HEAD", "/api/events?wait=25")).status).toBe(200);
  }));

testInFull("a client that never reads frees its place within a minute, on every GET route", () =>
  withApp(async (service) => {
    const { ports, raw } = service;
    for (const path of await gets(service)) {
      const unread = [await raw("GET", path), await raw("GET", path)];
      for (let second = 0; second < 62; second++) {
        ports.clock.advance(1_000);
        await yieldTurns(service);
      }
      expect([path, feedBroadcaster(ports).size]).toEqual([path, 0]);
      const again = await raw("GET", path);
      expect([path, again.status]).toEqual([path, unread[0]?.status ?? 0]);
      await again.body?.cancel();
      for (const { body } of unread) await body?.cancel().catch(() => undefined);
      nothingTaken(service);
    }
  }, tight),
);

test("an unread stream frees its place ten seconds after its token was revoked", () =>
  withApp(async (service) => {
    const { ports, raw, send } = service;
    const { body } = await raw("GET", STREAM_PATH, { as: "OPERADOR" });
    await send("POST", "/api/logout", { as: "OPERADOR" });
    for (let second = 0; second < 20; second++) {
      ports.clock.advance(1_000);
      await yieldTurns(service);
    }
    nothingTaken(service);
    await expect(body?.getReader().read()).rejects.toThrow("does not read");
  }, tight));

test("an idle stream keeps its place while its client reads", () =>
  withApp(async (service) => {
    const { ports, raw } = service;
    const reader = (await raw("GET", STREAM_PATH)).body?.getReader();
    let beats = 0;
    const reading = (async () => {
      for (let got = await reader?.read(); got?.done === false; got = await reader?.read())
        beats += 1;
    })();
    for (let second = 0; second < 200; second++) {
      ports.clock.advance(1_000);
      await yieldTurns(service);
    }
    expect([feedBroadcaster(ports).size, beats]).toEqual([1, 26]);
    await reader?.cancel();
    await reading;
    nothingTaken(service);
  }, tight));
