import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

const can = { cProd: "LATA", xProd: "LATA", uCom: "UN", qCom: "12", vUnCom: "1.00" };
const bought = (seed: number, changes: object = {}) =>
  syntheticNote({ seed, emit: supplier, items: [{ ...can, ...changes }] });

const tell = ({ send }: TestApp, json: object) =>
  send("PUT", "/api/supplier-items", {
    json: { supplier_cnpj: supplier.cnpj, code: "LATA", unit: "UN", product_code: "LATA", ...json },
  });
const movements = ({ rows }: TestApp) =>
  rows("select product, quantity_e4, cost_e2 from movements order by id");

describe("a unit in another spelling", () => {
  test("has the saved factor, in each spelling of the mapping and of the note", () =>
    withApp(async (service) => {
      await service.upload(bought(1, { uCom: "PC" }).xml, "?approve=true");
      for (const [saved, sent] of [
        ["CX", "Cx"],
        ["fd", "FARDO"],
        ["Pç", "PECA"],
      ]) {
        const { body } = await tell(service, { unit: saved, factor: 12 });
        expect(body.unit).toBe(saved?.toUpperCase().replace("Ç", "C"));
        const seed = 10 + (sent?.length ?? 0);
        const note = bought(seed, { uCom: sent, qCom: "2" });
        await service.upload(note.xml, "?approve=true");
        const { items } = (await service.send("GET", `/api/nfes/${note.accessKey}`)).body;
        expect(items).toMatchObject([
          { unit: sent, factor: 12, stock_quantity: 24, product_code: "LATA" },
        ]);
      }
      expect((await service.send("GET", "/api/stock")).body.data).toMatchObject([{ quantity: 84 }]);
      const found = await service.send("GET", "/api/nfes?product_code=LATA");
      expect(found.body.pagination.total).toBe(4);
    }));

  test("is one item of the supplier within a note", () =>
    withApp(async ({ upload, rows }) => {
      const items = ["UN", "und", "Unid"].map((uCom) => ({ ...can, uCom }));
      const note = syntheticNote({ seed: 3, emit: supplier, items });
      await upload(note.xml, "?approve=true");
      expect(await rows("select unit, product from supplier_items")).toEqual([
        { unit: "UN", product: "LATA" },
      ]);
      expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: 360_000 }]);
    }));

  test("is no other unit for what waits for a mapping, nor for a correction", () =>
    withApp(async (service) => {
      await service.upload(bought(1).xml, "?approve=true");
      await service.send("PATCH", "/api/company", { json: { require_mapping: true } });
      expect((await service.upload(bought(2, { uCom: "und" }).xml)).body.holds).toEqual([]);
      const boxes = syntheticNote({
        seed: 4,
        emit: supplier,
        items: ["CX", "cx"].map((uCom) => ({ ...can, uCom })),
      });
      await service.upload(boxes.xml);
      const json = {
        items: [
          { n_item: 1, product_code: "LATA", factor: 6 },
          { n_item: 2, factor: 12 },
        ],
      };
      const answer = await service.send("POST", `/api/nfes/${boxes.accessKey}/process`, { json });
      expect(answer.body).toMatchObject({ code: "nfe.correction" });
      expect(answer.body.errors[0].code).toBe("contradiction");
    }));
});

describe("a factor that is a fraction", () => {
  test("enters a whole box for twelve cans at the line's total, and is shown as it was given", () =>
    withApp(async (service) => {
      await service.upload(bought(1).xml, "?approve=true");
      const saved = await tell(service, { factor: "1/12" });
      expect(saved.body).toMatchObject({ factor: 0.0833333333, factor_text: "1/12" });
      const note = bought(2);
      await service.upload(note.xml, "?approve=true");
      expect((await movements(service)).slice(1)).toEqual([
        { product: "LATA", quantity_e4: 10_000, cost_e2: 1_200 },
      ]);
      const { items } = (await service.send("GET", `/api/nfes/${note.accessKey}`)).body;
      expect(items).toMatchObject([
        { factor: 0.0833333333, factor_text: "1/12", stock_quantity: 1, landed_unit_cost: 12 },
      ]);
      const [listed] = (await service.send("GET", "/api/supplier-items")).body.data;
      const { product_name, product_unit, ...given } = listed;
      expect([product_name, product_unit]).toEqual(["LATA", "UN"]);
      expect(saved.body).toMatchObject(given);
      const again = await service.send("PUT", "/api/supplier-items", { json: given });
      expect(again.body).toMatchObject(given);
    }));

  test("can be given with an approval, is shown by its dry run, and is saved for the next note", () =>
    withApp(async (service) => {
      const first = bought(1);
      await service.upload(first.xml);
      const path = `/api/nfes/${first.accessKey}/process`;
      const json = { items: [{ n_item: 1, factor: "1/3" }] };
      const plan = await service.send("POST", `${path}?dry_run=true`, { json });
      expect(plan.body.items).toMatchObject([{ factor_text: "1/3", stock_quantity: 4 }]);
      await service.send("POST", path, { json });
      await service.upload(bought(2, { qCom: "1" }).xml, "?approve=true");
      expect(await movements(service)).toEqual([
        { product: "LATA", quantity_e4: 40_000, cost_e2: 1_200 },
        { product: "LATA", quantity_e4: 3_333, cost_e2: 100 },
      ]);
    }));

  test.each([
    ["1/0", "a fração deve ter números de 1 a 1.000.000"],
    ["0/5", "a fração deve ter números de 1 a 1.000.000"],
    ["1/12/2", "deve ser um número decimal ou uma fração, como 1/12"],
    ["0.08333333", "tem casas decimais demais"],
    [0, "deve ser maior que zero"],
    ["-1", "deve ser maior que zero"],
    [1_000_001, "não pode ser maior que 1.000.000"],
  ])("is refused as %p, in its place", (factor, message) =>
    withApp(async (service) => {
      await service.upload(bought(1).xml, "?approve=true");
      const { status, body } = await tell(service, { factor });
      expect([status, body.errors[0]]).toMatchObject([422, { path: "/factor", message }]);
    }),
  );

  test("is used when it is changed beside its old text", () =>
    withApp(async (service) => {
      await service.upload(bought(1).xml, "?approve=true");
      const { body } = await tell(service, { factor: "1/12" });
      expect((await tell(service, { ...body, factor: 6 })).body).toMatchObject({
        factor: 6,
        factor_text: "6",
      });
      expect((await tell(service, { factor_text: "5/7" })).body.factor_text).toBe("5/7");
      expect((await tell(service, {})).body.factor_text).toBe("1");
    }));
});

test("units that were stored in several spellings become one, with the factor that a user had saved", () =>
  withApp(async ({ ports, rows, upload }) => {
    await upload(bought(1).xml, "?approve=true");
    const old = async (code: string, unit: string, factor_e4: number, at: number) =>
      ports.writer.commit({
        statements: [
          {
            sql: `insert into supplier_items (company, supplier, code, unit, product, factor_e4, created_at, updated_at)
              values (1, 'S', ?1, ?2, 'LATA', ?3, ?4, ?4)`,
            args: [code, unit, factor_e4, at],
          },
        ],
        read: () => undefined,
      });
    await old("A", "Cx", 120_000, 1);
    await old("A", "CX", 10_000, 2);
    await old("B", "und", 10_000, 1);
    await old("B", "UNID", 10_000, 2);
    await old("C", "pç", 20_000, 1);
    await old("D", "CX12", 10_000, 1);
    const migration = await Bun.file("migrations/0011_factors_and_units.sql").text();
    const statements = migration
      .split("--> statement-breakpoint")
      .filter((sql) => /\b(?:DELETE|UPDATE)\b/.test(sql))
      .map((sql) => ({ sql, args: [] }));
    expect(statements).toHaveLength(2);
    for (let i = 0; i < 2; i++) await ports.writer.commit({ statements, read: () => undefined });
    expect(
      await rows(
        "select code, unit, factor_e4, updated_at from supplier_items where supplier = 'S'",
      ),
    ).toEqual([
      { code: "A", unit: "CX", factor_e4: 120_000, updated_at: 1 },
      { code: "B", unit: "UN", factor_e4: 10_000, updated_at: 2 },
      { code: "C", unit: "PC", factor_e4: 20_000, updated_at: 1 },
      { code: "D", unit: "CX12", factor_e4: 10_000, updated_at: 1 },
    ]);
  }));
