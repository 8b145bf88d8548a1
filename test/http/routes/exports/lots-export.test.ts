import { expect, test } from "bun:test";
import { countRows, pages } from "../../../../src/export/pages.ts";
import { lotKeyset } from "../../../../src/export/sheets/lots.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { supplier } from "../../../support/notes/purchase.ts";
import { yoghurt as item, lot } from "../../../support/notes/yoghurt.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const clock = { now: Date.parse("2026-11-10T12:00:00Z") };
const PATH = "/api/export/lots";
const purchase = syntheticNote({
  seed: 1,
  emit: supplier,
  items: [
    {
      ...item,
      qCom: "9",
      lots: [
        lot("007", "4", "2026-11-10"),
        lot("=1+1", "3", "2026-12-10"),
        lot("OLD", "2", "2026-11-09"),
      ],
    },
    { ...item, cProd: "QUE", qCom: "6", lots: [lot("L1", "6", "2026-12-11")] },
  ],
});
const bare = { product_code: "QUE", batch_number: "SEM", type: "ENTRADA", quantity: 1.5 };
const stocked = async ({ upload, send }: TestApp) => {
  expect((await upload(purchase.xml, "?approve=true")).body.status).toBe("PROCESSADA");
  expect((await send("POST", "/api/movements", { json: bare })).status).toBe(201);
};

test("the CSV of lots has one line for each lot with something in it, what expires first before all", () =>
  withApp(async (service) => {
    await stocked(service);
    const answer = await service.send("GET", PATH, { as: "VISUALIZADOR" });
    expect(answer.headers.get("content-disposition")).toMatch(
      /filename="lotes_20261110_\d{6}\.csv"/,
    );
    const rows = csvRecords(answer.text);
    expect(rows.map((row) => row.Lote)).toEqual(["OLD", '="007"', "'=1+1", "L1", "SEM"]);
    expect(rows[0]).toMatchObject({
      "Produto (Código)": "IOG",
      "Produto (Nome)": "IOGURTE",
      Validade: "09/11/2026",
      "Dias até Vencer": "-1",
      Quantidade: "2",
      Unidade: "UN",
      Valor: "5,00",
      "Primeira Entrada": expect.stringMatching(/^10\/11\/2026/),
    });
    expect(rows[4]).toMatchObject({ Validade: "", "Dias até Vencer": "", Quantidade: "1,5" });
  }, clock));

test("the CSV of lots takes the filters of their list and finds the same lots, in both dialects", () =>
  withApp(async (service) => {
    await stocked(service);
    const found: number[] = [];
    for (const query of [
      "expired=true",
      "expired=false",
      "expiring_within=0",
      "expiring_within=30",
      "expired=true&expiring_within=30",
      "product_code=QUE",
      "product_code=NADA",
    ])
      for (const dialect of ["br", "rfc4180"]) {
        const { text } = await service.send("GET", `${PATH}?${query}&dialect=${dialect}`);
        const { body } = await service.send("GET", `/api/lots?${query}`);
        const lines = text.trimEnd().split("\r\n").length - 1;
        expect([query, lines]).toEqual([query, body.data.length]);
        found.push(lines);
      }
    expect(found).toEqual([1, 4, 1, 2, 3, 2, 0].flatMap((lines) => [lines, lines]));
    expect((await service.send("GET", `${PATH}?expiring_within=36501`)).status).toBe(422);
  }, clock));

test("the file of an ordered export of lots is the downloaded one", () =>
  withApp(async (service) => {
    await stocked(service);
    const json = { type: "lots", filters: { expired: true, expiring_within: 30 } };
    const ordered = await service.send("POST", "/api/exports", { json });
    expect(ordered.status).toBe(202);
    await runJobs(service.ports);
    const file = await service.send("GET", `/api/exports/${ordered.body.id}/file`);
    const query = "?expired=true&expiring_within=30";
    expect(file.text).toBe((await service.send("GET", `${PATH}${query}`)).text);
  }, clock));

test("the pages of an export of lots go on after the last lot that was read, whether it matched or not", () =>
  withApp(async (service) => {
    await stocked(service);
    const { ports } = service;
    const query = lotKeyset(1, { product: "QUE", today: "2026-11-10" });
    const sizes: number[] = [];
    for await (const page of pages(ports, query, undefined, 2)) sizes.push(page.length);
    expect(sizes).toEqual([0, 1, 1]);
    expect(await countRows(ports, query)).toBe(5);
    expect(await countRows(ports, lotKeyset(1, { until: "2026-12-01", today: "2026-11-10" }))).toBe(
      2,
    );
  }, clock));
