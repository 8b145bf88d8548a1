import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";

/** A list, an address of its file with the same filter, and the column and the member that name a row. */
const LISTS = [
  ["/api/nfes", "/api/export/nfes", "access_key"],
  ["/api/nfes?status=PROCESSADA", "/api/export/nfes?status=PROCESSADA", "access_key"],
  ["/api/nfes?search=PRODUTOS", "/api/export/nfes?search=PRODUTOS", "access_key"],
  ["/api/nfes?product_code=P1", "/api/export/nfes?product_code=P1", "access_key"],
  ["/api/stock?search=P2", "/api/export/stock?search=P2", "code"],
  ["/api/movements/list?type=ENTRADA", "/api/export/movements?type=ENTRADA", "id"],
  ["/api/supplier-items?product_code=P1", "/api/export/supplier-items?product_code=P1", "code"],
  ["/api/lots", "/api/export/lots", "lot"],
] as const;

const csv = (service: TestApp, path: string, accept: string, as?: "ADMIN" | "VISUALIZADOR") =>
  service.send("GET", path, { headers: { accept }, ...(as === undefined ? {} : { as }) });
const lines = (text: string) => text.trimEnd().split("\r\n").slice(1);

async function fill({ upload, send, ports }: TestApp): Promise<void> {
  const item = (cProd: string) => ({
    cProd,
    xProd: `PRODUTO ${cProd}`,
    uCom: "UN",
    qCom: "10",
    vUnCom: "2.50",
  });
  for (const seed of [1, 2, 3]) {
    ports.clock.advance(60_000);
    const note = syntheticNote({ seed, items: [item("P1"), item(`P${seed}`)] });
    await upload(note.xml, seed === 3 ? "?approve=false" : "?approve=true");
  }
  await send("POST", "/api/movements", {
    json: { product_code: "P1", type: "ENTRADA", quantity: 3, batch_number: "L1" },
  });
}

test("a list that is asked for as CSV is the file of its export, with the rows of the list", () =>
  withApp(async (service) => {
    await fill(service);
    for (const [list, file] of LISTS) {
      const path = `${list}${list.includes("?") ? "&" : "?"}limit=1&dialect=rfc4180`;
      const answer = await csv(service, path, "text/csv");
      const exported = await service.send(
        "GET",
        `${file}${file.includes("?") ? "&" : "?"}dialect=rfc4180`,
      );
      expect([path, answer.status, answer.text]).toEqual([path, 200, exported.text]);
      expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
      expect(answer.headers.get("vary")).toContain("Accept");
      const rows = (await service.send("GET", list)).body.data;
      expect([path, lines(answer.text).length]).toEqual([path, rows.length]);
      for (const row of rows)
        for (const member of ["access_key", "code", "lot"] as const)
          if (typeof row[member] === "string") expect(answer.text).toContain(row[member]);
    }
  }));

test("a list is JSON unless its Accept prefers text/csv", () =>
  withApp(async (service) => {
    await fill(service);
    for (const [list] of LISTS)
      for (const [accept, type] of [
        ["*/*", "json"],
        ["application/json, text/csv;q=0.5", "json"],
        ["text/html, */*;q=0.8", "json"],
        ["text/csv", "csv"],
        ["text/csv, application/json;q=0.5", "csv"],
      ] as const) {
        const answer = await csv(service, list, accept);
        expect([list, accept, answer.headers.get("content-type")]).toEqual([
          list,
          accept,
          expect.stringContaining(type),
        ]);
        expect(answer.headers.get("vary")).toContain("Accept");
      }
    const audit = await csv(service, "/api/audit/logs?dialect=rfc4180", "text/csv");
    const exported = await service.send("GET", "/api/export/audit?dialect=rfc4180");
    expect([audit.status, lines(audit.text).length]).toEqual([200, lines(exported.text).length]);
    expect((await csv(service, "/api/audit/logs", "text/csv", "VISUALIZADOR")).status).toBe(403);
    const past = await csv(service, "/api/stock?at=2026-11-20", "text/csv");
    expect([past.status, past.body.code]).toEqual([422, "request.invalid"]);
    expect(past.body.detail).toContain("/api/export/inventory");
  }));

test("the contract names text/csv for exactly the lists that answer it", () =>
  withApp(async (service) => {
    const { paths } = (await service.send("GET", "/openapi.json")).body;
    for (const path of Object.keys(paths)) {
      const answer = paths[path].get?.responses["200"];
      if (answer?.content?.["application/json"] === undefined || path.includes("{")) continue;
      if (!("pagination" in (answer.content["application/json"].schema.properties ?? {}))) continue;
      const { headers } = await csv(service, path, "text/csv");
      const isCsv = headers.get("content-type")?.startsWith("text/csv") ?? false;
      expect([path, isCsv]).toEqual([path, "text/csv" in answer.content]);
    }
  }));
