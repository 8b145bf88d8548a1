import { expect, test } from "bun:test";
import { runMaintenance } from "../../../../src/maintenance.ts";
import { withApp } from "../../../support/app.ts";
import { bodyOf, bytesOf, fillLedger, startExport } from "../../../support/exports/export-jobs.ts";
import { createMovement, MOVEMENTS_CSV, STOCK_CSV } from "../../../support/exports/export-rows.ts";
import { tokenFor } from "../../../support/ports-with-admin.ts";
import { runJobs } from "../../../support/run-jobs.ts";

test("the file of an export has the bytes of the download, with any dialect and filter", () =>
  withApp(async (service) => {
    await fillLedger(service);
    for (const [type, stream, filters] of [
      ["movements", MOVEMENTS_CSV, {}],
      ["movements", MOVEMENTS_CSV, { product_code: "Q" }],
      ["movements", MOVEMENTS_CSV, { type: "SAIDA" }],
      ["movements", MOVEMENTS_CSV, { from: "2025-10-09", to: "2025-10-09", origin: "manual" }],
      ["stock", STOCK_CSV, {}],
      ["stock", STOCK_CSV, { search: "prego" }],
      ["stock", STOCK_CSV, { low: true }],
    ] as const)
      for (const dialect of ["br", "rfc4180"]) {
        const path = await startExport(service, { type, filters, dialect });
        await runJobs(service.ports);
        expect(await bodyOf(service, path)).toMatchObject({ state: "done", filters, dialect });
        const query = new URLSearchParams({ ...filters, dialect } as Record<string, string>);
        const streamed = await bytesOf(service, `${stream}?${query}`);
        const { answer, bytes } = await bytesOf(service, `${path}/file`);
        expect(answer.status).toBe(200);
        expect(bytes.equals(streamed.bytes)).toBe(true);
        expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
        expect(answer.headers.get("content-disposition")).toBe(
          streamed.answer.headers.get("content-disposition"),
        );
      }
  }));

test("the file of an export holds the ledger as it was when it was requested", () =>
  withApp(async (service) => {
    await fillLedger(service, 600);
    const before = await bytesOf(service, `${MOVEMENTS_CSV}?dialect=rfc4180`);
    const path = await startExport(service, { type: "movements", dialect: "rfc4180" });
    await createMovement(service, { product_code: "P", type: "ENTRADA", quantity: "9" });
    await runJobs(service.ports);
    const { bytes } = await bytesOf(service, `${path}/file`);
    expect(bytes.equals(before.bytes)).toBe(true);
    expect(await bodyOf(service, path)).toMatchObject({ rows: 601, progress: 1 });
  }));

test("an export shows its state and file, and is announced in the feed when done", () =>
  withApp(async (service) => {
    await fillLedger(service, 10);
    const path = await startExport(service, { type: "stock" });
    expect(await bodyOf(service, path)).toMatchObject({
      type: "stock",
      filters: {},
      dialect: "br",
      state: "queued",
      progress: 0,
      rows: 0,
      bytes: null,
      file: null,
      finished_at: null,
      created_by: 12,
    });
    const early = await service.send("GET", `${path}/file`);
    expect([early.status, early.body.code]).toEqual([409, "export.not_ready"]);
    await runJobs(service.ports);
    const done = await bodyOf(service, path);
    expect(done).toMatchObject({
      state: "done",
      progress: 1,
      rows: 2,
      file: `${path}/file`,
      expires_at: "2026-11-30T12:00:00.000Z",
    });
    const events = await service.rows("select payload from events where type = 'export.ready'");
    expect(events.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
      { export_id: done.id, rows: 2, bytes: done.bytes },
    ]);
    expect((await service.send("GET", "/api/jobs?kind=export")).body.data).toMatchObject([
      { id: done.id, kind: "export", state: "done" },
    ]);
  }));

test("an invalid body for an export is refused field by field", () =>
  withApp(async (service) => {
    for (const json of [
      {},
      { type: "notes" },
      { type: "stock", filters: { product_code: "P" } },
      { type: "movements", filters: { from: "2026-02-30" } },
      { type: "stock", dialect: "excel" },
      { type: "stock", more: 1 },
    ]) {
      const answer = await service.send("POST", "/api/exports", { json });
      expect([json, answer.status, answer.body.code]).toEqual([json, 422, "request.invalid"]);
    }
    expect(await service.rows("select * from jobs")).toEqual([]);
  }));

test("a file is served in ranges, as RFC 9110 defines", () =>
  withApp(async (service) => {
    await fillLedger(service, 300);
    const path = await startExport(service, { type: "movements", dialect: "rfc4180" });
    await runJobs(service.ports);
    const file = `${path}/file`;
    const { answer, bytes: whole } = await bytesOf(service, file);
    const size = whole.length;
    const etag = answer.headers.get("etag") ?? "";
    expect(answer.headers.get("accept-ranges")).toBe("bytes");
    expect(answer.headers.get("content-length")).toBe(String(size));
    expect(etag).toMatch(/^"[\w.-]+"$/);
    for (const [range, from, to] of [
      ["bytes=0-0", 0, 1],
      ["bytes=0-99", 0, 100],
      [`bytes=${size - 10}-`, size - 10, size],
      ["bytes=-7", size - 7, size],
      [`bytes=-${size * 2}`, 0, size],
      [`bytes=100-${size * 2}`, 100, size],
    ] as const) {
      const part = await bytesOf(service, file, { range });
      expect([range, part.answer.status]).toEqual([range, 206]);
      expect(part.answer.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(part.answer.headers.get("content-length")).toBe(String(to - from));
      expect(part.bytes.equals(whole.subarray(from, to))).toBe(true);
    }
    for (const range of ["bytes=0-1,5-6", "items=0-5", "bytes=9-3", "bytes=-", "bytes=a-b", "x"]) {
      const part = await bytesOf(service, file, { range });
      expect([range, part.answer.status, part.bytes.length]).toEqual([range, 200, size]);
    }
    for (const range of [`bytes=${size}-`, "bytes=-0"]) {
      const beyond = await service.send("GET", file, { headers: { range } });
      expect([beyond.status, beyond.body.code]).toEqual([416, "export.range"]);
      expect(beyond.headers.get("content-range")).toBe(`bytes */${size}`);
    }
    const halves = [`bytes=0-${size >> 1}`, `bytes=${(size >> 1) + 1}-`];
    const joined = await Promise.all(
      halves.map((range) => bytesOf(service, file, { range, "if-range": etag })),
    );
    expect(Buffer.concat(joined.map(({ bytes }) => bytes)).equals(whole)).toBe(true);
    const other = await bytesOf(service, file, { range: "bytes=0-9", "if-range": '"other"' });
    expect([other.answer.status, other.bytes.length]).toEqual([200, size]);
    const known = await service.raw("GET", file, { headers: { "if-none-match": `"x", ${etag}` } });
    expect([known.status, known.headers.get("etag")]).toEqual([304, etag]);
    const head = await service.raw("HEAD", file);
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0]);
  }));

test("an export is deleted only by its creator or a GERENTE", () =>
  withApp(async (service) => {
    await fillLedger(service, 5);
    const own = await startExport(service, { type: "stock" }, "OPERADOR");
    const theirs = await startExport(service, { type: "stock" }, "GERENTE");
    await runJobs(service.ports);
    const forbidden = await service.send("DELETE", theirs, { as: "OPERADOR" });
    expect([forbidden.status, forbidden.body.code]).toEqual([403, "auth.forbidden"]);
    expect((await service.raw("GET", `${theirs}/file`)).status).toBe(200);
    for (const path of [own, theirs]) {
      expect((await service.send("DELETE", path, { as: "GERENTE" })).status).toBe(204);
      expect((await service.send("DELETE", path, { as: "GERENTE" })).status).toBe(204);
      const gone = await service.send("GET", `${path}/file`);
      expect([gone.status, gone.body.code]).toEqual([409, "export.not_ready"]);
    }
    expect(await service.ports.blobs.list("")).toEqual([]);
    const foreign = await service.send("DELETE", own, { as: "otherCompany" });
    expect([foreign.status, foreign.body.code]).toEqual([404, "export.not_found"]);
    const audited = await service.rows("select user_id from audit where action = 'export.cancel'");
    expect(audited).toEqual([{ user_id: 13 }, { user_id: 13 }]);
  }));

test("an export and its file are removed after seven days", () =>
  withApp(async (service) => {
    await fillLedger(service, 5);
    const path = await startExport(service, { type: "stock" });
    await runJobs(service.ports);
    // The login tokens expire before the file does.
    const asked = async (where: string) => {
      const token = await tokenFor(service.ports, 14, "ADMIN");
      return service.send("GET", where, { headers: { authorization: `Bearer ${token}` } });
    };
    service.ports.clock.advance(7 * 86_400_000 - 1);
    await runMaintenance(service.ports);
    expect((await asked(`${path}/file`)).status).toBe(200);
    service.ports.clock.advance(1);
    // The answer is 404 also before maintenance removes the file.
    expect((await asked(path)).body.code).toBe("export.not_found");
    expect(await runMaintenance(service.ports)).toMatchObject({ exports: 1 });
    expect(await service.ports.blobs.list("")).toEqual([]);
    expect(await service.rows("select * from jobs")).toEqual([]);
    expect((await asked(`${path}/file`)).body.code).toBe("export.not_found");
  }));
