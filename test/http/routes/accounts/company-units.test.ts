import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { supplier } from "../../../support/notes/purchase.ts";

const PATH = "/api/company/units";
const bought = (seed: number, uCom: string, cProd = "BALA") =>
  syntheticNote({
    seed,
    emit: supplier,
    items: [{ cProd, xProd: "BALA SORTIDA", uCom, qCom: "10", vUnCom: "2.00" }],
  });
const put = (service: TestApp, ...own: [spelling: string, unit: string][]) =>
  service.send("PUT", PATH, { json: { own: own.map(([spelling, unit]) => ({ spelling, unit })) } });
const map = (service: TestApp, unit: string, more: object = {}) =>
  service.send("PUT", "/api/supplier-items", {
    json: { supplier_cnpj: supplier.cnpj, code: "BALA", unit, product_code: "BALA", ...more },
  });
const items = ({ rows }: TestApp) =>
  rows("select code, unit, spelling, product, factor_e4 from supplier_items order by code, unit");
const products = async ({ rows }: TestApp) =>
  (await rows("select code from products order by code")).map(({ code }) => code);

describe("a spelling that the company calls a unit", () => {
  test("is served by the mapping that was learnt for the unit, also one learnt before", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "DISPLAY".slice(0, 6)).xml, "?approve=true");
      expect((await put(service, ["DISPLA", "DP"])).status).toBe(200);
      expect(await items(service)).toMatchObject([{ unit: "DP", spelling: "DISPLA" }]);
      await service.upload(bought(2, "dp").xml, "?approve=true");
      await service.upload(bought(3, "Displa").xml, "?approve=true");
      expect(await products(service)).toEqual(["BALA"]);
      expect((await service.send("GET", "/api/supplier-items")).body.data).toMatchObject([
        { unit: "DP", unit_as_written: "DISPLA" },
      ]);
    }));

  test("lets notes pass that waited for the mapping", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "CX").xml, "?approve=true");
      await service.send("PATCH", "/api/company", { json: { require_mapping: true } });
      const waiting = bought(2, "CTO");
      await service.upload(waiting.xml);
      const holds = async () =>
        (await service.send("GET", `/api/nfes/${waiting.accessKey}`)).body.holds;
      expect(await holds()).toMatchObject([{ code: "mapping" }]);
      await put(service, ["CTO", "CX"]);
      expect(await holds()).toEqual([]);
      expect((await service.send("GET", "/api/nfes?product_code=BALA")).body.data).toHaveLength(2);
    }));

  test("is no other unit than that of the product, in a note of the company's own", () =>
    withApp(async (service) => {
      const { COMPANY, CUSTOMER } = await import("../../../../src/synthetic/trade.ts");
      await service.upload(bought(1, "UN").xml, "?approve=true");
      const sale = (seed: number) =>
        syntheticNote({
          seed,
          emit: COMPANY,
          dest: CUSTOMER,
          items: [{ cProd: "BALA", xProd: "BALA", uCom: "PCE", qCom: "1", vUnCom: "3.00" }],
        });
      const before = await service.upload(sale(2).xml, "?approve=true");
      await put(service, ["PCE", "UN"]);
      const after = await service.upload(sale(3).xml, "?approve=true");
      const codes = [before, after].map(({ body }) =>
        body.findings.map(({ code }: { code: string }) => code),
      );
      expect(codes).toEqual([["unit_differs"], []]);
    }));
});

describe("a spelling that the company calls a unit of its own", () => {
  test("has a mapping apart from that of the built-in unit", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "UND").xml, "?approve=true");
      await put(service, ["UND", "UND"]);
      await service.upload(bought(2, "UN").xml, "?approve=true");
      expect((await items(service)).map(({ unit }) => unit)).toEqual(["UN", "UND"]);
      expect((await products(service)).length).toBe(2);
    }));
});

describe("a change of the company's units", () => {
  test("is refused where one code would have two products or factors, and changes nothing", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "CX").xml, "?approve=true");
      await map(service, "CTO", { factor: 12 });
      const before = await items(service);
      const refused = await put(service, ["CTO", "CX"]);
      expect([refused.status, refused.body.code, refused.body.items]).toEqual([
        409,
        "units.conflict",
        [{ supplier_cnpj: supplier.cnpj, code: "BALA", unit: "CX" }],
      ]);
      expect(await items(service)).toEqual(before);
      expect((await service.send("GET", PATH)).body.own).toEqual([]);
    }));

  test("makes one row of two that say the same", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "CX").xml, "?approve=true");
      await map(service, "CTO");
      await put(service, ["CTO", "CX"]);
      expect((await items(service)).map(({ unit }) => unit)).toEqual(["CX"]);
    }));

  test("lets two units change places", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "AA").xml, "?approve=true");
      await put(service, ["AA", "BB"]);
      await map(service, "CC", { factor: 2 });
      await put(service, ["CC", "BB"]);
      const [, moved] = await items(service);
      expect((await items(service)).map(({ unit, factor_e4 }) => [unit, factor_e4])).toEqual([
        ["AA", 10_000],
        ["BB", 20_000],
      ]);
      expect(moved?.spelling).toBe("CC");
    }));

  test("takes a mapping along that comes between its look and its batch", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "CX").xml, "?approve=true");
      beforeNextCommit(service.ports, () => map(service, "CTO", { factor: 12 }));
      expect((await put(service, ["CTO", "CT"])).status).toBe(200);
      expect((await items(service)).map(({ unit }) => unit)).toEqual(["CT", "CX"]);
    }));

  test("meets a mapping that was read under the old units: it is saved under the new one", () =>
    withApp(async (service) => {
      await service.upload(bought(1, "CX").xml, "?approve=true");
      beforeNextCommit(service.ports, () => put(service, ["CTO", "CT"]));
      expect((await map(service, "CTO", { factor: 12 })).body).toMatchObject({
        unit: "CT",
        unit_as_written: "CTO",
      });
      expect((await items(service)).map(({ unit }) => unit)).toEqual(["CT", "CX"]);
    }));

  test("that is asked for again changes nothing, and one of another company is not seen", () =>
    withApp(async (service) => {
      await put(service, ["LT", "L"]);
      const version = () => service.rows("select settings_version from companies");
      const before = await version();
      const again = await put(service, ["lt", "litro"]);
      expect(again.body.own).toEqual([{ spelling: "LT", unit: "L" }]);
      expect(await version()).toEqual(before);
    }));

  test("names the place of what is wrong in it", () =>
    withApp(async (service) => {
      const refused = await put(service, ["A", "B"], ["B", "C"]);
      expect([refused.status, refused.body.errors]).toMatchObject([
        422,
        [{ path: "/own/0/unit", message: "a unidade indicada é, ela mesma, grafia de outra" }],
      ]);
    }));
});
