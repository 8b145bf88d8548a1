import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../../support/app.ts";
import { fillLedger, startExport } from "../../../support/exports/export-jobs.ts";
import { runJobs } from "../../../support/run-jobs.ts";

/** The app behind a real server, reached over a socket. */
async function served(service: TestApp, body: (url: string) => Promise<void>): Promise<void> {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request) => service.app.fetch(request),
  });
  try {
    await body(`http://127.0.0.1:${server.port}`);
  } finally {
    await server.stop(true);
  }
}

test("a file and its ranges have the declared length over a socket", () =>
  withApp(async (service) => {
    await fillLedger(service, 3_000);
    const path = `${await startExport(service, { type: "movements" })}/file`;
    await runJobs(service.ports);
    await served(service, async (url) => {
      const ask = (method: string, headers: Record<string, string> = {}) =>
        fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${service.tokenOf("ADMIN")}`, ...headers },
        });
      const whole = await ask("GET");
      const bytes = Buffer.from(await whole.arrayBuffer());
      expect(Number(whole.headers.get("content-length"))).toBe(bytes.length);
      const part = await ask("GET", { range: "bytes=100000-100999" });
      expect([part.status, part.headers.get("content-length")]).toEqual([206, "1000"]);
      const middle = Buffer.from(await part.arrayBuffer());
      expect(middle.equals(bytes.subarray(100_000, 101_000))).toBe(true);
      const head = await ask("HEAD");
      expect([head.status, head.headers.get("content-length")]).toEqual([
        200,
        String(bytes.length),
      ]);
      expect((await head.arrayBuffer()).byteLength).toBe(0);
      const etag = whole.headers.get("etag") ?? "";
      const known = await ask("GET", { "if-none-match": etag });
      expect([known.status, (await known.arrayBuffer()).byteLength]).toEqual([304, 0]);
      const beyond = await ask("GET", { range: "bytes=999999999-" });
      expect(beyond.status).toBe(416);
      expect(beyond.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
    });
  }));

test("an interrupted download resumes to the same file", () =>
  withApp(async (service) => {
    await fillLedger(service, 20_000);
    const path = `${await startExport(service, { type: "movements" })}/file`;
    await runJobs(service.ports);
    await served(service, async (url) => {
      const headers = { authorization: `Bearer ${service.tokenOf("ADMIN")}` };
      const first = await fetch(url + path, { headers });
      const size = Number(first.headers.get("content-length"));
      const etag = first.headers.get("etag") ?? "";
      const got: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of first.body ?? []) {
        got.push(chunk);
        length += chunk.length;
        if (length > size / 3) break;
      }
      expect(length).toBeLessThan(size);
      const rest = await fetch(url + path, {
        headers: { ...headers, range: `bytes=${length}-`, "if-range": etag },
      });
      expect(rest.status).toBe(206);
      const joined = Buffer.concat([...got, new Uint8Array(await rest.arrayBuffer())]);
      const whole = Buffer.from(await (await fetch(url + path, { headers })).arrayBuffer());
      expect(joined.equals(whole)).toBe(true);
    });
  }));
