import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { copyNote } from "../../../support/notes/copied-notes.ts";
import { supplier } from "../../../support/notes/purchase.ts";

const PATH = "/api/supplier-items";
const bought = (seed: number, more: object = {}, cProd = "BALA") =>
  syntheticNote({
    seed,
    emit: supplier,
    items: [{ cProd, xProd: "BALA", uCom: "CX", qCom: "10", vUnCom: "36.00", ...more }],
  });
const map = (service: TestApp, more: object = {}, query = "") =>
  service.send("PUT", PATH + query, {
    json: { supplier_cnpj: supplier.cnpj, code: "BALA", unit: "CX", product_code: "BASE", ...more },
  });
const remove = ({ send }: TestApp, unit = "CX") =>
  send("DELETE", `${PATH}?supplier_cnpj=${supplier.cnpj}&code=BALA&unit=${unit}`);
const items = ({ rows }: TestApp) =>
  rows(
    "select code, unit, product, factor_e4, factor_divisor from supplier_items where code = 'BALA'",
  );
const withBase = (service: TestApp) =>
  service.upload(bought(90, { uCom: "UN" }, "BASE").xml, "?approve=true");
const required = ({ send }: TestApp) =>
  send("PATCH", "/api/company", { json: { require_mapping: true } });

describe("a mapping that is tried", () => {
  test("shows quantity and unit cost before and after at the same total, and writes nothing", () =>
    withApp(async (service) => {
      await withBase(service);
      await service.upload(bought(1).xml, "?approve=true");
      const before = await items(service);
      const { status, body } = await map(service, { factor: 12 }, "?dry_run=true");
      expect([status, body]).toMatchObject([
        200,
        {
          product_code: "BASE",
          factor_text: "12",
          change: {
            product_unit: "UN",
            before: { product_code: "BALA", factor: 1, factor_text: "1" },
            example: {
              quantity: 10,
              unit: "CX",
              total: 360,
              before: { stock_quantity: 10, unit_cost: 36 },
              after: { stock_quantity: 120, unit_cost: 3 },
              exact: true,
            },
          },
        },
      ]);
      expect(await items(service)).toEqual(before);
    }));

  test.each([
    ["1/12", 0.8333, 432.0172806912, false],
    ["1/10", 1, 360, true],
    ["0.5", 5, 72, true],
  ])("with the factor %p says whether the quantity is exact", (factor, quantity, cost, exact) =>
    withApp(async (service) => {
      await withBase(service);
      await service.upload(bought(1).xml);
      const { body } = await map(service, { factor }, "?dry_run=true");
      expect(body.change.before).toBeNull();
      expect(body.change.example).toMatchObject({
        after: { stock_quantity: quantity, unit_cost: cost },
        exact,
      });
    }),
  );

  test("names the waiting notes that it frees, as the mapping then does", () =>
    withApp(async (service) => {
      await withBase(service);
      await required(service);
      const [freed, other] = [bought(1), bought(2, {}, "OUTRO")];
      for (const { xml } of [freed, other]) await service.upload(xml);
      const expected = [
        { access_key: freed.accessKey, holds_before: ["mapping"], holds_after: [] },
      ];
      const tried = await map(service, {}, "?dry_run=true");
      expect(tried.body.change.waiting_notes).toEqual(expected);
      expect((await map(service)).body.change.waiting_notes).toEqual(expected);
      expect((await service.send("GET", `/api/nfes/${freed.accessKey}`)).body.holds).toEqual([]);
      expect((await map(service)).body.change.waiting_notes).toEqual([]);
    }));

  test("names a waiting note that a hundred newer ones without the item follow", () =>
    withApp(async (service) => {
      await withBase(service);
      await required(service);
      const [freed, other] = [bought(1), bought(2, {}, "OUTRO")];
      for (const { xml } of [freed, other]) await service.upload(xml);
      await copyNote(service, other.accessKey, 100);
      const { body } = await map(service, {}, "?dry_run=true");
      expect(body.change.waiting_notes).toMatchObject([{ access_key: freed.accessKey }]);
    }));

  test("is refused for a product that is not there or is not active, as the mapping is", () =>
    withApp(async (service) => {
      await withBase(service);
      await service.ports.writer.commit({
        statements: [{ sql: "update products set active = 0", args: [] }],
        read: () => undefined,
      });
      for (const product_code of ["NADA", "BASE"])
        for (const query of ["", "?dry_run=true"])
          expect((await map(service, { product_code }, query)).body).toMatchObject({
            code: "product.not_found",
            product_code,
          });
      expect(await items(service)).toEqual([]);
      expect(
        await service.rows(
          "select type from events where type like 'supplier_item%' union all select action from audit where action like 'supplier_item%'",
        ),
      ).toEqual([]);
    }));
});

describe("a mapping to a product that is deactivated meanwhile", () => {
  test("is refused by name, and no line of feed or audit tells of it", () =>
    withApp(async (service) => {
      await service.send("POST", "/api/products", {
        json: { code: "BASE", name: "BALA", unit: "UN" },
      });
      beforeNextCommit(service.ports, () => service.send("DELETE", "/api/products/BASE"));
      expect((await map(service)).body.code).toBe("product.not_found");
      expect(await items(service)).toEqual([]);
      expect(
        await service.rows(
          "select type from events where type like 'supplier_item%' union all select action from audit where action like 'supplier_item%'",
        ),
      ).toEqual([]);
    }));
});

describe("a mapping that is removed", () => {
  test("is gone, in any spelling of its unit, with an audit line, and the notes wait again", () =>
    withApp(async (service) => {
      await withBase(service);
      await required(service);
      await map(service, { factor: 12 });
      const note = bought(1);
      await service.upload(note.xml);
      expect((await remove(service, "caixa")).status).toBe(204);
      expect(await items(service)).toEqual([]);
      const { body } = await service.send("GET", `/api/nfes/${note.accessKey}`);
      expect(body.holds).toMatchObject([{ code: "mapping" }]);
      expect(
        await service.rows("select detail from audit where action = 'supplier_item.delete'"),
      ).toEqual([{ detail: '{"code":"BALA","unit":"CX"}' }]);
      const again = await remove(service);
      expect([again.status, again.body.code]).toEqual([404, "supplier_item.not_found"]);
    }));

  test("stops an approval that counted with it: the note waits, and nothing is posted", () =>
    withApp(async (service) => {
      await withBase(service);
      await required(service);
      await map(service, { factor: 12 });
      const note = bought(1);
      await service.upload(note.xml);
      beforeNextCommit(service.ports, () => remove(service));
      const answer = await service.send("POST", `/api/nfes/${note.accessKey}/process`);
      expect([answer.status, answer.body.holds]).toMatchObject([409, [{ code: "mapping" }]]);
      expect(
        await service.rows("select 1 from movements where reference = ?1", [note.accessKey]),
      ).toEqual([]);
    }));

  test("stops a registration that counted with it: the item is a new product, one for one", () =>
    withApp(async (service) => {
      await withBase(service);
      await map(service, { factor: 12 });
      const note = bought(1);
      // The first attempt counts on no factor, and is refused; the second has read them.
      beforeNextCommit(service.ports, () => remove(service), 1);
      await service.upload(note.xml, "?approve=true");
      expect(
        await service.rows("select product, quantity_e4 from movements where reference = ?1", [
          note.accessKey,
        ]),
      ).toEqual([{ product: "BALA", quantity_e4: 100_000 }]);
    }));
});

test("the feed tells of a mapping that is set, once for each change, and of its removal", () =>
  withApp(async (service) => {
    await withBase(service);
    for (const factor of [12, 12, "1/12"]) await map(service, { factor });
    await map(service, { factor: 5 }, "?dry_run=true");
    for (const _ of [1, 2]) await remove(service);
    const rows = await service.rows(
      "select payload from events where type = 'supplier_item.changed' order by id",
    );
    const of = { supplier_cnpj: supplier.cnpj, code: "BALA", unit: "CX" };
    expect(rows.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
      { ...of, product_code: "BASE", factor: "12" },
      { ...of, product_code: "BASE", factor: "1/12" },
      { ...of, product_code: null, factor: null },
    ]);
  }));
