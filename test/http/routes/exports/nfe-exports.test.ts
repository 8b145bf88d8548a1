import { expect, test } from "bun:test";
import { PAGE_ROWS } from "../../../../src/export/pages.ts";
import { noteItemKeyset } from "../../../../src/export/sheets/nfe-items.ts";
import { noteKeyset } from "../../../../src/export/sheets/nfes.ts";
import { TAX_COLUMNS } from "../../../../src/export/sheets/tax-columns.ts";
import { type NoteOptions, syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { bodyOf, startExport } from "../../../support/exports/export-jobs.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { parseCsv } from "../../../support/exports/parse-csv.ts";
import { screw, supplier } from "../../../support/notes/purchase.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const made = (seed: number, options: NoteOptions = {}) =>
  syntheticNote({ seed, emit: supplier, items: [screw], ...options });
/** A text of digits as the dialect br writes it; what has letters, such as a key of a new CNPJ, needs no care. */
const text = (value: string) => `="${value}"`;
const keyCell = ({ accessKey }: { accessKey: string }) =>
  /[A-Z]/.test(accessKey) ? accessKey : text(accessKey);
const rowsOf = async (service: TestApp, path: string) => {
  const answer = await service.send("GET", path, { as: "VISUALIZADOR" });
  expect([path, answer.status]).toEqual([path, 200]);
  return csvRecords(answer.text);
};
const keysOf = async (service: TestApp, query: string) =>
  (await rowsOf(service, `/api/export/nfes?${query}`)).map((row) => row["Chave de Acesso"]);

test("GET /api/export/nfes shows a note as the list does, with its totals", () =>
  withApp(async (service) => {
    const note = made(7, { issuedAt: "2026-11-20T22:30:00-03:00", headerFreight: "5.00" });
    await service.upload(note.xml, "?approve=true");
    const listed = (await service.send("GET", "/api/nfes")).body.data[0];
    expect(await rowsOf(service, "/api/export/nfes")).toEqual([
      {
        "Chave de Acesso": text(note.accessKey),
        Número: listed.number,
        Série: listed.series,
        Modelo: "55",
        "CNPJ/CPF do Emitente": text(supplier?.cnpj ?? ""),
        "Nome do Emitente": listed.supplier_name,
        Emissão: "20/11/2026 22:30:00",
        "Valor Total": listed.total_value.toFixed(2).replace(".", ","),
        Situação: "PROCESSADA",
        Direção: "ENTRADA",
        Pendências: "",
        "Recebida em": "23/11/2026 09:00:00",
        "Lançada em": "23/11/2026 09:00:00",
        Itens: "1",
        "Total dos Itens": "20,00",
        "Custo dos Itens": "25,00",
      },
    ]);
  }));

test("GET /api/export/nfes names the holds of a note by their codes", () =>
  withApp(async (service) => {
    await service.upload(made(8, { root: "NFe", CFOP: "5949" }).xml);
    const [row] = await rowsOf(service, "/api/export/nfes");
    expect(row).toMatchObject({
      Situação: "PENDENTE",
      Pendências: "no_protocol unknown_operation",
    });
  }));

test("GET /api/export/nfes filters as the list of the notes does, the latest issue first", () =>
  withApp(async (service) => {
    const old = made(1, { issuedAt: "2026-10-31T23:59:59-03:00" });
    const first = made(2, { issuedAt: "2026-11-01T00:00:00-03:00" });
    const sale = made(3, { emit: COMPANY, dest: CUSTOMER, issuedAt: "2026-11-05T10:00:00-03:00" });
    const other = made(4, { emit: SUPPLIERS[1], issuedAt: "2026-11-06T10:00:00-03:00" });
    const aside = made(5, { issuedAt: "2026-11-07T10:00:00-03:00" });
    for (const { xml } of [other, first, old]) await service.upload(xml, "?approve=true");
    for (const { xml } of [aside, sale]) await service.upload(xml, "?approve=false");
    await service.send("POST", `/api/nfes/${aside.accessKey}/discard`, {
      as: "GERENTE",
      json: { reason: "outra" },
    });
    for (const [query, found] of [
      ["", [other, sale, first, old]],
      ["from=2026-11-01", [other, sale, first]],
      ["to=2026-10-31", [old]],
      ["from=2026-11-01&to=2026-11-05", [sale, first]],
      ["status=PENDENTE", [sale]],
      ["status=DESCARTADA", [aside]],
      ["direction=exit", [sale]],
      [`supplier=${SUPPLIERS[1]?.cnpj}`, [other]],
      ["supplier=ninguem", []],
    ] as const) {
      const keys = await keysOf(service, query);
      expect([query, keys]).toEqual([query, found.map(keyCell)]);
      const { body } = await service.send("GET", `/api/nfes?${query}`);
      const listed = body.data.map((note: { access_key: string }) =>
        keyCell({ accessKey: note.access_key }),
      );
      expect([query, listed.sort()]).toEqual([query, keys.toSorted()]);
    }
  }));

const NO_CELLS = Object.fromEntries(TAX_COLUMNS.map(({ heading }) => [heading, ""]));
/** 7.00 with ICMS of 18 %, PIS and COFINS. */
const taxCells = {
  ...NO_CELLS,
  "CFOP de Entrada": "1102",
  Destinação: "REVENDA",
  Origem: "0",
  "CST ICMS": text("00"),
  "Base ICMS": "7,00",
  "Alíquota ICMS": "18",
  "Valor ICMS": "1,26",
  "CST PIS": text("01"),
  "Base PIS": "7,00",
  "Valor PIS": "0,12",
  "CST COFINS": text("01"),
  "Base COFINS": "7,00",
  "Valor COFINS": "0,53",
};

test("GET /api/export/nfe-items shows each item as the note has it, with product, factor and lots", () =>
  withApp(async (service) => {
    const lots = [
      { nLote: "L1", qLote: "2", dFab: "2026-01-01", dVal: "2027-01-31" },
      { nLote: "L2", qLote: "1.5", dFab: "2026-01-01", dVal: "2027-02-28" },
    ];
    const box = {
      cProd: "007",
      xProd: "CAFÉ; MOÍDO",
      uCom: "CX",
      qCom: "3.5",
      vUnCom: "2.0000000001",
    };
    const note = made(9, { items: [screw, { ...box, lots }] });
    await service.upload(note.xml, "?approve=false");
    const before = await rowsOf(service, "/api/export/nfe-items");
    expect(before.map((row) => [row["Produto (Código)"], row.Fator])).toEqual([
      ["", "1"],
      ["", "1"],
    ]);
    const json = { items: [{ n_item: 2, factor: 12 }] };
    const path = `/api/nfes/${note.accessKey}/process`;
    expect((await service.send("POST", path, { as: "GERENTE", json })).status).toBe(200);
    const { body } = await service.send("GET", `/api/nfes/${note.accessKey}`);
    const [one, two] = await rowsOf(service, "/api/export/nfe-items");
    expect(one).toMatchObject({ Item: "1", "Código no Emitente": text("001"), Fator: "1" });
    expect(two).toEqual({
      "Chave de Acesso": text(note.accessKey),
      Item: "2",
      "Código no Emitente": text("007"),
      "Descrição do Item": "CAFÉ; MOÍDO",
      NCM: body.items[1].ncm,
      CFOP: body.items[1].cfop,
      Unidade: "CX",
      Quantidade: "3,5",
      "Valor Unitário": body.items[1].unit_price_text.replace(".", ","),
      "Valor Total": "7,00",
      Efeito: "ENTRADA",
      "Produto (Código)": text(body.items[1].product_code),
      Fator: "12",
      "Custo Total": "7,00",
      Lotes: "L1: 2 (31/01/2027); L2: 1,5 (28/02/2027)",
      ...taxCells,
    });
  }));

test("GET /api/export/nfe-items keeps the posted product and factor when the mapping changes later", () =>
  withApp(async (service) => {
    const note = made(10, { items: [screw, { ...screw, cProd: "010" }] });
    await service.upload(note.xml, "?approve=true");
    const [before] = await rowsOf(service, "/api/export/nfe-items");
    await service.send("PUT", "/api/supplier-items", {
      as: "GERENTE",
      json: {
        supplier_cnpj: supplier?.cnpj,
        code: "001",
        unit: "UN",
        product_code: "010",
        factor: 5,
      },
    });
    expect(before?.Fator).toBe("1");
    expect((await rowsOf(service, "/api/export/nfe-items"))[0]).toEqual(before ?? {});
  }));

test("GET /api/export/nfe-items gives every item once, however many pages there are", () =>
  withApp(async (service) => {
    const items = Array.from({ length: 130 }, (_, n) => ({ ...screw, cProd: `P${n + 1}` }));
    // Three notes of one instant, and one of another: a page ends within a note.
    for (const [seed, issuedAt] of [
      [1, "2026-11-02T10:00:00-03:00"],
      [2, "2026-11-02T10:00:00-03:00"],
      [3, "2026-11-03T10:00:00-03:00"],
      [4, "2026-11-02T10:00:00-03:00"],
    ] as const)
      await service.upload(made(seed, { items, issuedAt }).xml, "?approve=false");
    const rows = await rowsOf(service, "/api/export/nfe-items");
    expect(rows.length).toBe(520);
    expect(rows.length).toBeGreaterThan(2 * PAGE_ROWS);
    const expected = [3, 4, 2, 1].flatMap((seed) => {
      const key = text(made(seed, { items }).accessKey);
      return items.map((_, n) => [key.slice(27, 36), String(n + 1)]);
    });
    expect(rows.map((row) => [row["Chave de Acesso"]?.slice(27, 36), row.Item])).toEqual(expected);
  }));

test("POST /api/exports writes the same bytes of the notes and of their items as the downloads", () =>
  withApp(async (service) => {
    for (const seed of [1, 2, 3]) await service.upload(made(seed).xml, "?approve=true");
    await service.upload(made(4).xml, "?approve=false");
    for (const type of ["nfes", "nfe-items"]) {
      const filters = { status: "PROCESSADA", from: "2026-11-01" };
      const path = await startExport(service, { type, filters, dialect: "rfc4180" });
      await runJobs(service.ports);
      expect(await bodyOf(service, path)).toMatchObject({ type, filters, state: "done", rows: 3 });
      const query = "dialect=rfc4180&status=PROCESSADA&from=2026-11-01";
      const streamed = await service.send("GET", `/api/export/${type}?${query}`);
      expect((await service.send("GET", `${path}/file`)).text).toBe(streamed.text);
      expect(streamed.text.split("\r\n").length).toBe(5);
    }
  }));

test("a page of notes, or of their items, is sought in the index of its order, without a scan or a sort", () =>
  withApp(async ({ ports }) => {
    for (const filter of [
      {},
      { status: "PENDENTE" as const, supplier: "x" },
      { from: 1, until: 2 },
    ])
      for (const walk of [noteKeyset(1, filter), noteItemKeyset(1, filter)])
        for (const { sql, args } of [
          walk.page(walk.start, 250, "bytes"),
          walk.countStep(walk.start).over,
        ]) {
          const rows = await ports.reader.rows({ sql: `explain query plan ${sql}`, args });
          const plan = rows.map(({ detail }) => String(detail));
          expect(plan.join()).toMatch(
            /SEARCH notes USING (?:COVERING )?INDEX notes_by_issue \(company=\? AND /,
          );
          expect(
            plan.filter((step) => /TEMP B-TREE FOR ORDER|SCAN (?:notes|i|m|s)\b/.test(step)),
          ).toEqual([]);
        }
  }));

test("S12: the exports of notes write no supplier's text as a formula", () =>
  withApp(async (service) => {
    const { xml } = made(11, { items: [{ ...screw, xProd: "@SUM(A1)" }] });
    await service.upload(xml.replace(/(<emit>.*?<xNome>)[^<]*/, "$1=HYPERLINK(1)"));
    for (const [path, written] of [
      ["/api/export/nfes", "'=HYPERLINK(1)"],
      ["/api/export/nfe-items", "'@SUM(A1)"],
    ] as const)
      for (const dialect of ["br", "rfc4180"]) {
        const answer = await service.send("GET", `${path}?dialect=${dialect}`);
        const [, row] = parseCsv(answer.text.replace(/^\uFEFF/, ""), dialect === "br" ? ";" : ",");
        expect(row).toContain(written);
      }
  }));
