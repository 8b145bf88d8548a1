import { expect, test } from "bun:test";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords, insertProduct } from "../../../support/exports/export-rows.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const [one] = SUPPLIERS;
const OTHER = "52998224725";
const map = ({ send }: TestApp, item: object) =>
  send("PUT", "/api/supplier-items", {
    json: { supplier_cnpj: one.cnpj, code: "7", unit: "CX", product_code: "P", ...item },
  });
const PATH = "/api/export/supplier-items";
/** Three mappings of two suppliers, to two products. */
async function mapped(service: TestApp) {
  for (const code of ["P", "007"]) await insertProduct(service, code, `Produto ${code}`);
  await map(service, { factor: "2.5", unit_as_written: "CXS" });
  await map(service, { code: "=1+1", factor: "1/12", product_code: "007" });
  await map(service, { supplier_cnpj: OTHER, unit: "un" });
}

test("the CSV of the mapping has one line for each supplier, code and unit, with an exact factor", () =>
  withApp(async (service) => {
    await mapped(service);
    const answer = await service.send("GET", PATH, { as: "VISUALIZADOR" });
    expect(answer.headers.get("content-disposition")).toMatch(
      /filename="de-para_\d{8}_\d{6}\.csv"/,
    );
    const rows = csvRecords(answer.text);
    const first = rows.find((row) => row["Código do Fornecedor"] === "7" && row.Unidade === "CX");
    expect(first).toEqual({
      "CNPJ/CPF do Fornecedor": `="${one.cnpj}"`,
      "Código do Fornecedor": "7",
      Unidade: "CX",
      "Produto (Código)": "P",
      Fator: "2,5",
      "Unidade como Escrita": "CXS",
      "Produto (Nome)": "Produto P",
      "Unidade do Produto": "UN",
    });
    expect(rows.find((row) => row["Código do Fornecedor"] === "'=1+1")).toMatchObject({
      "Produto (Código)": '="007"',
      Fator: '="1/12"',
    });
    expect(rows).toHaveLength(3);
  }));

test("the CSV of the mapping takes the filters of its list, in both dialects", () =>
  withApp(async (service) => {
    await mapped(service);
    for (const [query, lines] of [
      [`supplier_cnpj=${one.cnpj}`, 2],
      [`supplier_cnpj=${OTHER}`, 1],
      ["product_code=007", 1],
      [`supplier_cnpj=${OTHER}&product_code=007`, 0],
    ] as const)
      for (const dialect of ["br", "rfc4180"]) {
        const { text } = await service.send("GET", `${PATH}?${query}&dialect=${dialect}`);
        expect([query, text.trimEnd().split("\r\n").length - 1]).toEqual([query, lines]);
      }
    expect((await service.send("GET", `${PATH}?supplier_cnpj=1`)).status).toBe(422);
  }));

test("the file of an ordered export of the mapping is the downloaded one", () =>
  withApp(async (service) => {
    await mapped(service);
    const json = { type: "supplier-items", filters: { supplier_cnpj: one.cnpj } };
    const ordered = await service.send("POST", "/api/exports", { json });
    expect(ordered.status).toBe(202);
    await runJobs(service.ports);
    const file = await service.send("GET", `/api/exports/${ordered.body.id}/file`);
    expect(file.text).toBe((await service.send("GET", `${PATH}?supplier_cnpj=${one.cnpj}`)).text);
  }));
