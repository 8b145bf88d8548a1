import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { balance, cancel, close, count, move, open, opened, product } from "./counts.ts";

const review = async ({ send }: TestApp, id: string, query = "") =>
  (await send("GET", `/api/counts/${id}/review${query}`, { as: "VISUALIZADOR" })).body;

test("a count closes into the differences, at the average, and the ledger stays whole", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    await product(service, "B", 4, { cost: 3 });
    await product(service, "C", 7);
    await product(service, "D", 0);
    const id = await opened(service);
    await count(service, id, [
      { product_code: "A", quantity: 8 },
      { product_code: "A", quantity: "1.5", device: "coletor 2" },
      { product_code: "B", quantity: 6 },
      { product_code: "D", quantity: 0 },
    ]);
    const before = await review(service, id);
    expect(before.data).toMatchObject([
      {
        product_code: "A",
        counted: 9.5,
        expected: 10,
        difference: -0.5,
        difference_value: -1,
        lines: 2,
      },
      { product_code: "B", counted: 6, expected: 4, difference: 2, difference_value: 6 },
      { product_code: "D", counted: 0, expected: 0, difference: 0 },
    ]);
    expect(before.sums).toEqual({
      products_counted: 3,
      surplus_products: 1,
      surplus_value: 6,
      shortage_products: 1,
      shortage_value: 1,
      not_counted: 1,
      not_counted_value: 14,
      aside: 0,
    });
    expect(before.greatest.map((one: { product_code: string }) => one.product_code)).toEqual([
      "B",
      "A",
    ]);
    expect((await review(service, id, "?show=not_counted")).data).toMatchObject([
      { product_code: "C", balance: 7, stock_value: 14 },
    ]);
    expect((await close(service, id, "keep", "?dry_run=true")).body).toMatchObject({
      dry_run: true,
    });
    expect(await close(service, id)).toMatchObject({
      status: 200,
      body: { state: "closed", already_closed: false, count: { state: "closed", missing: "keep" } },
    });
    expect(await balance(service, "A")).toEqual([95_000, 1_900]);
    expect(await balance(service, "B")).toEqual([60_000, 1_800]);
    expect(await balance(service, "C")).toEqual([70_000, 1_400]);
    const list = await service.send("GET", `/api/movements/list?reference=${id}`);
    expect(list.body.data).toMatchObject([
      { product_code: "B", type: "ENTRADA", quantity: 2, origin: "CONTAGEM", reference: id },
      { product_code: "A", type: "SAIDA", quantity: 0.5, notes: "inventário anual" },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
    expect(await findWrongSpans(service.ports, 1)).toEqual([]);
    const feed = await service.send("GET", "/api/events");
    expect(feed.body.data.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(["count.opened", "count.closed"]),
    );
  }));

test("a product of the scope that was not counted has no stock after a close that asks for it", () =>
  withApp(async (service) => {
    await product(service, "A", 10, { location: "P1" });
    await product(service, "B", 4, { location: "P2" });
    const id = await opened(service, { scope: "location", location: "P1" });
    await close(service, id, "zero");
    expect(await balance(service, "A")).toEqual([0, 0]);
    expect(await balance(service, "B")).toEqual([40_000, 800]);
  }));

test("movements that are written after a line do not disturb it, and stay in the balance", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    await move(service, "A", -2);
    await count(service, id, [{ product_code: "A", quantity: 7 }]);
    await move(service, "A", -3);
    await move(service, "A", 20);
    expect((await review(service, id)).data).toMatchObject([
      { counted: 7, expected: 8, difference: -1, moved_while_counted: false },
    ]);
    await close(service, id);
    expect(await balance(service, "A")).toEqual([240_000, 4_800]);
  }));

test("the last line of a product is its moment, and the review tells that it moved while it was counted", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    await count(service, id, [{ product_code: "A", quantity: 5 }]);
    await move(service, "A", -2);
    await count(service, id, [{ product_code: "A", quantity: 3 }]);
    expect((await review(service, id)).data).toMatchObject([
      { counted: 8, expected: 8, difference: 0, moved_while_counted: true },
    ]);
  }));

test("a line that a device sends later is placed at the moment at which it was counted", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    const at = service.ports.clock.now() + 1_000;
    service.ports.clock.advance(2_000);
    await move(service, "A", -4);
    service.ports.clock.advance(2_000);
    const counted_at = new Date(at).toISOString();
    await count(service, id, [{ product_code: "A", quantity: 10, counted_at }]);
    expect((await review(service, id)).data).toMatchObject([
      { counted: 10, expected: 10, difference: 0, last_counted_at: counted_at },
    ]);
    await close(service, id);
    expect(await balance(service, "A")).toEqual([60_000, 1_200]);
  }));

test("lines under a key that came before are written once, and answered alike", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    const lines = [
      { product_code: "A", quantity: 3 },
      { barcode: "789", quantity: 1 },
    ];
    const once = await count(service, id, lines, { key: "x" });
    await service.send("POST", `/api/counts/${id}/unknown/2/assign`, {
      json: { product_code: "A" },
    });
    const twice = await count(service, id, lines, { key: "x" });
    expect(twice.body).toEqual({
      ...once.body,
      message: "As linhas já estavam gravadas",
      repeated: true,
    });
    expect((await review(service, id)).data).toMatchObject([{ counted: 4 }]);
    expect(
      await count(service, id, [{ product_code: "A", quantity: 4 }], { key: "x" }),
    ).toMatchObject({
      status: 422,
      body: { code: "count.key_reused" },
    });
    expect(
      await service.send("POST", `/api/counts/${id}/lines`, {
        json: { lines: [{ product_code: "A", quantity: 3, device: "d" }] },
      }),
    ).toMatchObject({ status: 422, body: { code: "request.invalid" } });
  }));

test("a line that is no product of the scope is kept aside until it is assigned", () =>
  withApp(async (service) => {
    await product(service, "A", 10, { category: 1, barcode: "7891" });
    await product(service, "B", 10, { category: 2, barcode: "7892" });
    await product(service, "E", 10, { category: 1, barcode: "7893" });
    await product(service, "F", 10, { category: 1, barcode: "7893" });
    const id = await opened(service, { scope: "category", category_id: 1 });
    const given = await count(service, id, [
      { barcode: "7891", quantity: 9 },
      { barcode: "7892", quantity: 1 },
      { barcode: "7893", quantity: 2 },
      { product_code: "NADA", quantity: 4 },
    ]);
    expect(given.body.lines).toMatchObject([
      { line: 1, product_code: "A", aside: null },
      { line: 2, product_code: null, aside: "outside", barcode: "7892" },
      { line: 3, product_code: null, aside: "ambiguous" },
      { line: 4, product_code: null, aside: "unknown", given_code: "NADA" },
    ]);
    const assign = (line: number, product_code: string) =>
      service.send("POST", `/api/counts/${id}/unknown/${line}/assign`, {
        as: "OPERADOR",
        json: { product_code },
      });
    expect(await assign(3, "B")).toMatchObject({
      status: 409,
      body: { code: "count.outside_scope" },
    });
    expect(await assign(3, "NADA")).toMatchObject({
      status: 404,
      body: { code: "product.not_found" },
    });
    expect(await assign(3, "E")).toMatchObject({ status: 200, body: { already: false } });
    expect(await assign(3, "E")).toMatchObject({ status: 200, body: { already: true } });
    expect(await assign(3, "F")).toMatchObject({
      status: 409,
      body: { code: "count.line_settled" },
    });
    expect(await assign(9, "F")).toMatchObject({
      status: 404,
      body: { code: "count.line_not_found" },
    });
    const aside = await service.send("GET", `/api/counts/${id}/lines?aside=true`);
    expect(aside.body.data.map(({ line }: { line: number }) => line)).toEqual([4, 2]);
    expect((await service.send("GET", `/api/counts/${id}`)).body).toMatchObject({
      products_counted: 2,
      aside: 2,
      lines: 4,
    });
  }));

test("a line that is undone counts no more, once", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    await count(service, id, [
      { product_code: "A", quantity: 3 },
      { product_code: "A", quantity: 6 },
    ]);
    const undo = () => service.send("DELETE", `/api/counts/${id}/lines/1`, { as: "OPERADOR" });
    expect(await undo()).toMatchObject({ status: 200, body: { already: false } });
    expect(await undo()).toMatchObject({ status: 200, body: { already: true } });
    expect((await review(service, id)).data).toMatchObject([{ counted: 6, lines: 1 }]);
    const lines = await service.send("GET", `/api/counts/${id}/lines`);
    expect(lines.body.data).toMatchObject([{ line: 2, undone_at: null }, { line: 1 }]);
    expect(lines.body.data[1].undone_at).not.toBeNull();
  }));

test("two counts are open at once only while they share no product", () =>
  withApp(async (service) => {
    await product(service, "A", 1, { category: 1, location: "P1" });
    await product(service, "B", 1, { category: 2, location: "P2" });
    const first = await opened(service, { scope: "category", category_id: 1 });
    const overlaps = { status: 409, body: { code: "count.overlaps", count_id: first } };
    for (const scope of [
      { scope: "all" },
      { scope: "category", category_id: 1 },
      { scope: "location", location: "P1" },
      { scope: "products", product_codes: ["B", "A"] },
    ])
      expect(await open(service, scope)).toMatchObject(overlaps);
    expect(await open(service, { scope: "products", product_codes: ["X"] })).toMatchObject({
      status: 404,
      body: { code: "product.not_found" },
    });
    const second = await open(service, { scope: "products", product_codes: ["B", "B"] });
    expect(second.status).toBe(201);
    expect((await open(service, { scope: "location", location: "P2" })).body).toMatchObject({
      code: "count.overlaps",
      count_id: second.body.count.id,
    });
    await cancel(service, first);
    expect((await open(service, { scope: "location", location: "P1" })).status).toBe(201);
    const list = await service.send("GET", "/api/counts?limit=2");
    expect(list.body.data.map(({ state }: { state: string }) => state)).toEqual(["open", "open"]);
    const rest = await service.send(
      "GET",
      `/api/counts?cursor=${list.body.pagination.next_cursor}`,
    );
    expect(rest.body.data).toMatchObject([{ id: first, state: "cancelled" }]);
  }));

test("a count of what has no active product is refused, and stands in the way of none", () =>
  withApp(async (service) => {
    const empty = { status: 409, body: { code: "count.empty_scope" } };
    expect(await open(service)).toMatchObject(empty);
    await product(service, "A", 0, { category: 1, location: "P1" });
    expect(await open(service, { scope: "category", category_id: 2 })).toMatchObject(empty);
    expect(await open(service, { scope: "location", location: "P2" })).toMatchObject(empty);
    expect((await service.send("DELETE", "/api/products/A")).status).toBe(204);
    expect(await open(service, { scope: "category", category_id: 1 })).toMatchObject(empty);
    await product(service, "B", 0, { category: 1 });
    expect((await open(service, { scope: "category", category_id: 1 })).status).toBe(201);
  }));

test("a count that is closed or cancelled takes nothing more", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    await count(service, id, [{ product_code: "A", quantity: 3 }]);
    await close(service, id);
    expect(await close(service, id)).toMatchObject({ status: 200, body: { already_closed: true } });
    const notOpen = { status: 409, body: { code: "count.not_open" } };
    expect(await count(service, id, [{ product_code: "A", quantity: 3 }])).toMatchObject(notOpen);
    expect(await service.send("DELETE", `/api/counts/${id}/lines/1`)).toMatchObject(notOpen);
    expect(await cancel(service, id)).toMatchObject(notOpen);
    const other = await opened(service);
    await count(service, other, [{ product_code: "A", quantity: 30 }]);
    expect((await cancel(service, other)).body.already_cancelled).toBe(false);
    expect((await cancel(service, other)).body.already_cancelled).toBe(true);
    expect(await close(service, other)).toMatchObject(notOpen);
    expect(await balance(service, "A")).toEqual([30_000, 600]);
    expect((await close(service, "nenhuma")).status).toBe(404);
  }));
