import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { create, GTIN, type Line, note, patch, remove, stocked } from "./product-calls.ts";

test("a product is made, shown, changed in part, deactivated and activated again", () =>
  withApp(async (service) => {
    const made = await create(service, {
      code: "A/1",
      barcode: GTIN,
      cost_price: 2.5,
      ncm: "17019900",
    });
    expect(made).toMatchObject({
      status: 201,
      body: { product: { code: "A/1", quantity: 0, cost_price: 2.5, active: true, version: 1 } },
    });
    expect(made.headers.get("location")).toBe("/api/products/A%2F1");
    expect(await create(service, { code: "A/1" })).toMatchObject({
      status: 409,
      body: { code: "product.exists" },
    });
    expect(await patch(service, "A/1", { max_stock: 5, barcode: null })).toMatchObject({
      status: 200,
      body: { product: { max_stock: 5, barcode: null, ncm: "17019900", version: 2 } },
    });
    for (const _ of [1, 2]) expect((await remove(service, "A/1")).status).toBe(204);
    expect((await service.send("GET", "/api/products")).body.data).toEqual([]);
    const shown = await service.send("GET", "/api/products/A%2F1");
    expect(shown.body).toMatchObject({ active: false, version: 3 });
    expect(await create(service, { code: "A/1" })).toMatchObject({
      status: 409,
      body: { active: false },
    });
    expect(await patch(service, "A/1", { active: true })).toMatchObject({ status: 200 });
    const events = (await service.send("GET", "/api/events?limit=100")).body.data;
    expect(events.map(({ type }: Line) => type)).toEqual([
      "product.created",
      "product.changed",
      "product.deactivated",
      "product.changed",
    ]);
    const audited = await service.rows(
      "select action, detail from audit where entity = 'product' order by id",
    );
    expect(audited.map(({ action }) => action)).toEqual([
      "product.create",
      "product.change",
      "product.deactivate",
      "product.change",
    ]);
    expect(JSON.parse(String(audited[1]?.detail))).toEqual({
      before: { barcode: GTIN, max_stock_e4: null },
      after: { barcode: null, max_stock_e4: 50_000 },
    });
  }));

test("the codes . and .. and a member that is unknown are refused", () =>
  withApp(async (service) => {
    for (const json of [{ code: "." }, { code: ".." }, { code: " " }, { code: "A", quantity: 1 }])
      expect((await create(service, json)).status).toBe(400);
  }));

test("a version that is not the current one keeps a change out", () =>
  withApp(async (service) => {
    await create(service, { code: "A" });
    const etag = async () =>
      (await service.send("GET", "/api/products/A")).headers.get("etag") ?? "";
    const first = await etag();
    expect((await patch(service, "A", { location: "B2" }, { "if-match": first })).status).toBe(200);
    for (const stale of [first, '"1"', 'W/"1-x"', "no tag"])
      expect(await patch(service, "A", { location: "C3" }, { "if-match": stale })).toMatchObject({
        status: 412,
        body: { code: "product.changed", version: 2 },
      });
    const answer = await patch(service, "A", { location: "D4" }, { "if-match": await etag() });
    expect(answer.headers.get("etag")).toBe(await etag());
    expect((await patch(service, "A", { location: "E5" }, { "if-match": "*" })).status).toBe(200);
  }));

test("a movement changes the ETag of a product and not the version that a change asks for", () =>
  withApp(async (service) => {
    await stocked(service);
    const read = () => service.send("GET", "/api/products/P2");
    const before = (await read()).headers.get("etag") ?? "";
    const json = { product_code: "P2", type: "ENTRADA", quantity: 1 };
    await service.send("POST", "/api/movements", { json });
    expect((await read()).headers.get("etag")).not.toBe(before);
    expect((await patch(service, "P2", { location: "A" }, { "if-match": before })).status).toBe(
      200,
    );
  }));

test("a barcode is of one active product of the company", () =>
  withApp(async (service) => {
    await create(service, { code: "A", barcode: GTIN });
    const taken = { status: 409, body: { code: "product.barcode_taken", taken_by: "A" } };
    expect(await create(service, { code: "B", barcode: GTIN })).toMatchObject(taken);
    await create(service, { code: "B" });
    expect(await patch(service, "B", { barcode: GTIN })).toMatchObject(taken);
    await remove(service, "A");
    expect((await patch(service, "B", { barcode: GTIN })).status).toBe(200);
    expect(await patch(service, "A", { active: true })).toMatchObject({
      status: 409,
      body: { code: "product.barcode_taken", taken_by: "B" },
    });
    expect((await patch(service, "A", { active: true, barcode: "" })).status).toBe(200);
  }));

test("two products that want one barcode at once: one gets it", () =>
  withApp(async (service) => {
    await create(service, { code: "A" });
    await create(service, { code: "B" });
    beforeNextCommit(service.ports, async () => {
      await patch(service, "A", { barcode: GTIN });
    });
    expect((await patch(service, "B", { barcode: GTIN })).status).toBe(409);
    expect(await service.rows("select code from products where barcode = ?1", [GTIN])).toEqual([
      { code: "A" },
    ]);
  }));

test("two changes of different fields at once are both kept", () =>
  withApp(async (service) => {
    await create(service, { code: "A" });
    beforeNextCommit(service.ports, async () => {
      await patch(service, "A", { location: "A1" });
    });
    expect((await patch(service, "A", { min_stock: 2 })).body.product).toMatchObject({
      location: "A1",
      min_stock: 2,
      version: 3,
    });
    expect(
      await service.rows("select count(*) as n from audit where action = 'product.change'"),
    ).toEqual([{ n: 2 }]);
  }));

test("a write that meets another one is refused for what it asks for itself alone", () =>
  withApp(async (service) => {
    const { body } = await service.send("POST", "/api/categories", { json: { name: "Doces" } });
    const asked = { barcode: GTIN, category_id: body.id };
    await create(service, { code: "A" });
    expect((await create(service, { code: "A", ...asked })).body.code).toBe("product.exists");
    for (const change of [asked, { active: false }]) {
      beforeNextCommit(service.ports, () => patch(service, "A", { location: "A1" }));
      expect((await patch(service, "A", change)).body.product).toMatchObject(change);
      await patch(service, "A", { location: "A2" });
    }
  }));

test("a product with stock is not deactivated, also where the stock comes in between", () =>
  withApp(async (service) => {
    await stocked(service);
    expect(await remove(service, "P2")).toMatchObject({
      status: 409,
      body: { code: "product.in_stock", balance: "3" },
    });
    await create(service, { code: "A" });
    beforeNextCommit(service.ports, async () => {
      const json = { product_code: "A", type: "ENTRADA", quantity: 1 };
      await service.send("POST", "/api/movements", { json });
    });
    expect((await remove(service, "A")).status).toBe(409);
    expect(await service.rows("select active from products where code = 'A'")).toEqual([
      { active: 1 },
    ]);
  }));

test("goods of a note enter an inactive product, which is active again and stays as it is otherwise", () =>
  withApp(async (service) => {
    await stocked(service);
    const json = { product_code: "P2", type: "SAIDA", quantity: 3 };
    await service.send("POST", "/api/movements", { json });
    await patch(service, "P2", { name: "COCO RALADO", active: false });
    const { status } = await service.upload(
      note(2, [{ cProd: "P2", xProd: "OUTRO NOME", vUnCom: "2.00" }]),
      "?approve=true",
    );
    expect(status).toBe(200);
    const { body } = await service.send("GET", "/api/products/P2");
    expect(body).toMatchObject({ active: true, name: "COCO RALADO", quantity: 3 });
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a renamed product has its new name in its movements, and is found by it", () =>
  withApp(async (service) => {
    await stocked(service);
    const list = () => service.send("GET", "/api/movements/list?product_code=P2");
    expect((await list()).body.data[0].product.name).toBe("ACUCAR DE COCO");
    await patch(service, "P2", { name: "RAPADURA" });
    expect((await list()).body.data[0].product.name).toBe("RAPADURA");
    const found = await service.send("GET", "/api/products?search=rapadúra&limit=5");
    expect(found.body.items).toMatchObject([{ code: "P2", quantity: 3 }]);
  }));

test("a search finds a name in any case, with and without accents", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const search of ["açúcar", "acucar", "AÇÚCAR"])
      for (const path of ["/api/products", "/api/stock"]) {
        const { body } = await service.send("GET", `${path}?search=${encodeURIComponent(search)}`);
        expect(body.data.map(({ code }: Line) => code)).toEqual(["P/1", "P2"]);
      }
  }));

test("a product of another company is not found", () =>
  withApp(async (service) => {
    await create(service, { code: "A" });
    expect((await service.send("GET", "/api/products/A", { as: "otherCompany" })).status).toBe(404);
    const { status } = await service.send("PATCH", "/api/products/A", {
      json: { name: "X" },
      as: "otherCompany",
    });
    expect(status).toBe(404);
  }));
