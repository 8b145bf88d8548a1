import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../../support/app.ts";
import { bodyOf, startExport } from "../../../support/exports/export-jobs.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { buy, item, move, sell } from "../../../support/notes/postings.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const TODAY = "2026-11-23";
const inventory = async ({ send }: TestApp, query: string) => {
  const answer = await send("GET", `/api/export/inventory?${query}`, { as: "VISUALIZADOR" });
  expect([query, answer.status, answer.text]).toEqual([query, 200, answer.text]);
  return csvRecords(answer.text);
};
const refusal = async ({ send }: TestApp, query: string) => {
  const { status, body } = await send("GET", `/api/export/inventory?${query}`);
  return { status, code: body.code, ...body };
};
const sped = async (service: TestApp, query = "") => {
  const path = `/api/export/inventory?date=${TODAY}&format=sped${query}`;
  const answer = await service.raw("GET", path, { as: "VISUALIZADOR" });
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=ISO-8859-1");
  const text = new TextDecoder("iso-8859-1").decode(await answer.arrayBuffer());
  expect(text).toEndWith("|\r\n");
  return text.trimEnd().split("\r\n");
};

test("an inventory has every product with a quantity or a value, by code, also one that is not active", () =>
  withApp(async (service) => {
    await buy(service, 1, [item("P2", "3", "1.00"), item("P1", "7", "2.50"), item("P3", "1", "9")]);
    await move(service, { product_code: "P3", type: "SAIDA", quantity: 1 });
    await service.ports.database.writing.execute(
      "update products set active = 0 where code = 'P2'",
    );
    const [first, ...rest] = await inventory(service, `date=${TODAY}`);
    expect(first).toEqual({
      Código: "P1",
      Nome: "PRODUTO P1",
      NCM: first?.NCM ?? "",
      Unidade: "UN",
      Quantidade: "7",
      "Custo Médio": "2,50",
      Valor: "17,50",
      Observação: "",
    });
    expect(rest.map((row) => [row.Código, row.Quantidade, row.Valor])).toEqual([
      ["P2", "3", "3,00"],
    ]);
  }));

test("an inventory is of the end of a day of the company, by the date at which each movement happened", () =>
  withApp(async (service) => {
    await buy(service, 1, [item("P1", "10", "1.00")], "2026-11-10T23:30:00-03:00");
    await buy(service, 2, [item("P1", "5", "4.00")], "2026-11-11T00:30:00-03:00");
    const at = async (query: string) =>
      (await inventory(service, query)).map((row) => [row.Quantidade, row.Valor]);
    expect(await at("date=2026-11-10")).toEqual([["10", "10,00"]]);
    expect(await at("date=2026-11-11")).toEqual([["15", "30,00"]]);
    expect(await at(`date=2026-11-11&known_at=${TODAY}`)).toEqual([["15", "30,00"]]);
    expect(await refusal(service, "date=2026-11-11&known_at=2026-11-22")).toMatchObject({
      status: 422,
      code: "inventory.before_first_movement",
    });
  }));

test("an inventory of a day to come, or before the first movement, is refused by name, for each company", () =>
  withApp(async (service) => {
    expect(await refusal(service, `date=${TODAY}`)).toMatchObject({
      status: 422,
      code: "inventory.before_first_movement",
    });
    await buy(service, 1, [item("P1", "10", "1.00")], "2026-11-10T10:00:00-03:00");
    expect(await refusal(service, "date=2026-11-24")).toMatchObject({
      status: 422,
      code: "inventory.date_in_future",
      date: "2026-11-24",
      today: TODAY,
    });
    expect(await refusal(service, "date=2026-11-09")).toMatchObject({
      status: 422,
      code: "inventory.before_first_movement",
      date: "2026-11-09",
    });
    const { send } = service;
    const path = `/api/export/inventory?date=${TODAY}`;
    expect((await send("GET", path, { as: "otherCompany" })).body.code).toBe(
      "inventory.before_first_movement",
    );
    const json = { type: "inventory", filters: { date: "2026-11-24" } };
    expect((await send("POST", "/api/exports", { json })).body.code).toBe(
      "inventory.date_in_future",
    );
  }));

test("an inventory says where quantity and value do not agree", () =>
  withApp(async (service) => {
    await move(service, { product_code: "P0", type: "ENTRADA", quantity: 1 });
    await buy(service, 1, [item("P1", "10", "1.00"), item("P2", "10", "1.00")]);
    await move(service, { type: "ENTRADA", quantity: 4, unit_cost: 3 });
    await move(service, { type: "SAIDA", quantity: 14 });
    // Dated before the exits, and written after them: the goods had left at a cost that did not know of it.
    await buy(service, 2, [item("P1", "2", "50.00")], "2026-11-21T10:00:00-03:00");
    await sell(service, 3, "P2", "12");
    const remarks = (await inventory(service, `date=${TODAY}`)).map((row) => [
      row.Código,
      row.Quantidade,
      row.Observação,
    ]);
    expect(remarks).toEqual([
      ["P1", "2", ""],
      ["P2", "-2", "saldo negativo"],
    ]);
  }));

test("the lines of the SPED are H005 with the sum of the H010, then K100 and a K200 for each product", () =>
  withApp(async (service) => {
    await buy(service, 1, [
      item("AÇO 1", "3", "3.333333"),
      item("P2", "0.3335", "2.00", { uCom: "KG" }),
    ]);
    expect(await sped(service)).toEqual([
      "|H005|23112026|10,67|01|",
      "|H010|AÇO 1|UN|3,000|3,333333|10,00|0|||||",
      "|H010|P2|KG|0,334|2,008996|0,67|0|||||",
      "|K100|01112026|23112026|",
      "|K200|23112026|AÇO 1|3,000|0||",
      "|K200|23112026|P2|0,334|0||",
    ]);
  }));

test("a product that fits into no line of the SPED is refused by its name, or left out where that is asked for", () =>
  withApp(async (service) => {
    const long = "X".repeat(61);
    await buy(service, 1, [
      item("A|B", "1", "1.00"),
      item("GRAMA", "0.0004", "5000.00"),
      item("P1", "2", "1.50"),
      item("UNIDADE", "1", "1.00", { uCom: "PACOTE" }),
    ]);
    await service.ports.database.writing.execute(
      "update products set unit = 'CAIXA12' where code = 'UNIDADE'",
    );
    await buy(service, 2, [item("Z", "1", "1.00"), item("→", "1", "1.00")]);
    await sell(service, 3, "Z", "2");
    await service.ports.database.writing.execute({
      sql: "insert into products (company, code, name, unit, created_at, updated_at) values (1, ?1, 'x', 'UN', 0, 0)",
      args: [long],
    });
    await move(service, { product_code: long, type: "ENTRADA", quantity: 1 });
    const refused = await refusal(service, `date=${TODAY}&format=sped`);
    expect(refused).toMatchObject({ status: 409, code: "inventory.unfit_products", count: 6 });
    expect(refused.products).toEqual([
      { product_code: "A|B", why: "code" },
      { product_code: "GRAMA", why: "quantity_too_small" },
      { product_code: "UNIDADE", why: "unit" },
      { product_code: long, why: "code" },
      { product_code: "Z", why: "negative_quantity" },
      { product_code: "→", why: "code" },
    ]);
    expect(await sped(service, "&skip_unfit=true")).toEqual([
      "|H005|23112026|3,00|01|",
      "|H010|P1|UN|2,000|1,500000|3,00|0|||||",
      "|K100|01112026|23112026|",
      "|K200|23112026|P1|2,000|0||",
    ]);
  }));

/** Changes the unit of P2 when the first walk has ended, and then reads the file. */
async function spedWhileUnitChanges(service: TestApp, from: string, to: string) {
  const { ports } = service;
  await buy(service, 1, [item("P1", "2", "1.50"), item("P2", "1", "4.00")]);
  const write = (unit: string) =>
    ports.database.writing.execute({
      sql: "update products set unit = ?1 where code = 'P2'",
      args: [unit],
    });
  await write(from);
  const { single } = ports.reader;
  let walks = 0;
  ports.reader.single = async (statement, signal) => {
    if (statement.sql.includes("from products") && ++walks === 2) await write(to);
    return single.call(ports.reader, statement, signal);
  };
  const lines = await sped(service, "&skip_unfit=true");
  expect(walks).toBeGreaterThan(2);
  return lines;
}

test("a unit that is changed while a SPED is written lets the H010 be those of the sum in H005", () =>
  withApp(async (service) => {
    expect(await spedWhileUnitChanges(service, "CAIXA12", "CX")).toEqual([
      "|H005|23112026|3,00|01|",
      "|H010|P1|UN|2,000|1,500000|3,00|0|||||",
      "|K100|01112026|23112026|",
      "|K200|23112026|P1|2,000|0||",
    ]);
  }));

test("a unit that fits no more while a SPED is written interrupts the file", () =>
  withApp(async (service) => {
    const failed = await spedWhileUnitChanges(service, "CX", "CAIXA12").catch(String);
    expect(failed).toContain("export.interrupted");
  }));

test("the lines of the SPED of a stock without a value have no H010", () =>
  withApp(async (service) => {
    await buy(service, 1, [item("P1", "2", "1.50")]);
    await move(service, { type: "SAIDA", quantity: 2 });
    expect(await sped(service)).toEqual(["|H005|23112026|0,00|01|", "|K100|01112026|23112026|"]);
  }));

test("POST /api/exports writes the inventory of the moment at which it was asked for", () =>
  withApp(async (service) => {
    await buy(service, 1, [item("P1", "10", "1.00"), item("P2", "1", "0.10")]);
    const streamed = await service.send(
      "GET",
      `/api/export/inventory?date=${TODAY}&dialect=rfc4180`,
    );
    const filters = { date: TODAY };
    const order = { type: "inventory", filters, dialect: "rfc4180" };
    const path = await startExport(service, order);
    await move(service, { type: "SAIDA", quantity: 10 });
    await runJobs(service.ports);
    expect(await bodyOf(service, path)).toMatchObject({ ...order, state: "done", rows: 2 });
    const file = await service.send("GET", `${path}/file`);
    expect(file.text).toBe(streamed.text);
    expect(file.headers.get("content-disposition")).toMatch(
      /filename="inventario_\d{8}_\d{6}\.csv"/,
    );
  }));
