import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { PAGE_ROWS } from "../../../src/export/pages.ts";
import { type Reader, type Row, readerOf } from "../../../src/ports/sql.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import {
  insertManyMovements,
  insertProduct,
  MOVEMENTS_CSV,
  STOCK_CSV,
} from "../../support/exports/export-rows.ts";

describe("an export", () => {
  test("is compressed when the client accepts gzip", () =>
    withApp(async (service) => {
      await insertProduct(service, "P");
      await insertManyMovements(service, PAGE_ROWS + 1);
      const plain = await service.raw("GET", MOVEMENTS_CSV);
      const asked = (header: string) =>
        service.raw("GET", MOVEMENTS_CSV, { headers: { "accept-encoding": header } });
      const zipped = await asked("br, gzip;q=0.8");
      expect([zipped, plain].map((answer) => answer.headers.get("vary"))).toEqual([
        expect.stringContaining("Accept-Encoding"),
        expect.stringContaining("Accept-Encoding"),
      ]);
      expect(zipped.headers.get("content-encoding")).toBe("gzip");
      const bytes = Bun.gunzipSync(new Uint8Array(await zipped.arrayBuffer()));
      expect(new TextDecoder().decode(bytes)).toBe(await plain.text());
      for (const header of ["identity", "gzip;q=0", "deflate"])
        expect((await asked(header)).headers.get("content-encoding")).toBeNull();
      service.ports.gzip = undefined;
      expect((await asked("gzip")).headers.get("content-encoding")).toBeNull();
    }));

  test("renews the idle timeout with each page", () => {
    const given: [string, number][] = [];
    return withApp(
      async (service) => {
        await insertProduct(service, "P");
        await insertManyMovements(service, 2 * PAGE_ROWS + 1);
        await service.send("GET", MOVEMENTS_CSV);
        expect(given.length).toBeGreaterThanOrEqual(3);
        expect(new Set(given.map(([path, s]) => `${path} ${s}`))).toEqual(
          new Set([`${MOVEMENTS_CSV} 120`]),
        );
      },
      {
        extendIdleTimeout: (request, seconds) =>
          void given.push([new URL(request.url).pathname, seconds]),
      },
    );
  });
});

describe("an export over a database that fails", () => {
  /** The service's reader, with a failure at the `at`-th page of an export. */
  const failing = (service: TestApp, at: number): Reader => {
    const { reader } = service.ports;
    let statements = 0;
    return readerOf({
      rows(statement, signal) {
        if (!statement.sql.includes("as slice")) return reader.rows(statement, signal);
        statements += 1;
        if (statements === at) return Promise.reject(new Error("the disk is gone"));
        return reader.rows(statement, signal);
      },
    });
  };

  test("that fails before its first page is a problem document", () =>
    withApp(async (service) => {
      service.ports.reader = failing(service, 1);
      const { status, headers, body } = await service.send("GET", STOCK_CSV);
      expect([status, body.code]).toEqual([500, "internal"]);
      expect(headers.get("content-type")).toStartWith("application/problem+json");
    }));

  for (const encoding of ["identity", "gzip"])
    test(`after its first page resets the connection (${encoding}), and the log says how far it came`, () =>
      withApp(async (service) => {
        await insertProduct(service, "P");
        await insertManyMovements(service, 3 * PAGE_ROWS);
        service.ports.reader = failing(service, 3);
        const server = Bun.serve({
          port: 0,
          hostname: "127.0.0.1",
          development: false,
          fetch: service.app.fetch,
        });
        const answer = await fetch(`${server.url}api/export/movements`, {
          headers: {
            authorization: `Bearer ${service.tokenOf("VISUALIZADOR")}`,
            "accept-encoding": encoding,
          },
        });
        expect(answer.status).toBe(200);
        await expect(answer.text()).rejects.toThrow();
        expect(service.ports.logged).toContainEqual(
          expect.objectContaining({
            level: "error",
            event: "export.interrupted",
            rows: 2 * PAGE_ROWS,
          }),
        );
        await server.stop(true);
      }));
});

test("a client that pauses also pauses the query", () =>
  withApp(async (service) => {
    await insertProduct(service, "P");
    await insertManyMovements(service, PAGE_ROWS);
    const { reader } = service.ports;
    let slices = 0;
    let full: Promise<Row[]> | undefined;
    // An endless ledger: every page is the first one, a megabyte of text.
    service.ports.reader = readerOf({
      async rows(statement, signal) {
        if (!statement.sql.includes("as slice")) return reader.rows(statement, signal);
        slices += 1;
        full ??= reader.rows(statement, signal);
        const [row] = await full;
        return [{ ...row, slice: String(row?.slice).replaceAll("linha", "x".repeat(2_000)) }];
      },
    });
    let left = false;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      development: false,
      fetch(request) {
        request.signal.addEventListener("abort", () => {
          left = true;
        });
        return service.app.fetch(request);
      },
    });
    const client = connect(server.port ?? 0, "127.0.0.1");
    await once(client, "connect");
    client.write(
      `GET ${MOVEMENTS_CSV} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${service.tokenOf("ADMIN")}\r\n\r\n`,
    );
    await once(client, "data");
    client.pause();
    // The socket buffers fill up and the query stops; without backpressure it would run for ever.
    const resting = async () => {
      for (let before = -1, still = 0; still < 200; before = slices) {
        await new Promise((resolve) => setImmediate(resolve));
        still = slices === before ? still + 1 : 0;
      }
    };
    await resting();
    const paused = slices;
    expect(paused).toBeGreaterThan(0);
    client.resume();
    while (slices < paused + 5) await once(client, "data");
    client.destroy();
    while (!left) await new Promise((resolve) => setImmediate(resolve));
    await resting();
    const after = slices;
    await resting();
    expect(slices).toBe(after);
    await server.stop(true);
  }));
