import assert from "node:assert/strict";
import { refused, typed } from "./client.mjs";
import { MOVEMENT, stockOf } from "./stock-rows.mjs";

export const catalogRows = [
  {
    rows: [16],
    name: "the report of a period has its figures, its days at the company's midnight, and every movement",
    async test({ client }) {
      const report = (from, to) =>
        client.get(`/api/reports/movements?start_date=${from}&end_date=${to}`);
      const now = Date.now() - 3 * 3_600_000;
      const [today] = new Date(now).toISOString().split("T");
      const [month] = new Date(now - 20 * 86_400_000).toISOString().split("T");
      const { status, body } = await report(month, today);
      assert.equal(status, 200);
      const quantities = {
        total_entries_quantity: "number",
        total_exits_quantity: "number",
        net_quantity: "number",
      };
      const values = {
        total_entries_value: "number",
        total_exits_value: "number",
        net_value: "number",
        unique_products: "number",
      };
      typed(body.summary, { ...quantities, ...values }, "summary");
      assert.ok(body.timeline.length > 0 && body.detailed_movements.length > 2);
      for (const day of body.timeline) {
        typed(
          day,
          { date: "instant", entries_quantity: "number", exits_quantity: "number" },
          "timeline[]",
        );
        assert.match(day.date, /^\d{4}-\d\d-\d\dT00:00:00[+-]\d\d:\d\d$/);
      }
      for (const movement of body.detailed_movements)
        typed(movement, MOVEMENT, "detailed_movements[]");
      const empty = (await report("2020-01-01", "2020-01-31")).body;
      typed(empty.summary, { ...quantities, ...values }, "empty summary");
      refused(await report("ontem", today), 400, "no date");
    },
  },
  {
    rows: [21, 22, 23, 24],
    name: "categories are a bare array, and are made, renamed and removed",
    async test({ client }) {
      assert.deepEqual((await client.get("/api/categories")).body, []);
      const made = await client.call("POST", "/api/categories", { name: "Mercearia" });
      assert.equal(made.status, 201, made.text);
      typed(made.body, { id: "integer", name: "string" }, "category");
      refused(
        await client.call("POST", "/api/categories", { name: "Mercearia" }),
        409,
        "a known name",
      );
      refused(await client.call("POST", "/api/categories", { name: "" }), 400, "no name");
      const at = `/api/categories/${made.body.id}`;
      const renamed = await client.call("PUT", at, { name: "Secos" });
      assert.equal(renamed.status, 200);
      assert.notEqual(renamed.body, null);
      assert.deepEqual(
        (await client.get("/api/categories")).body.map(({ id, name }) => ({ id, name })),
        [{ id: made.body.id, name: "Secos" }],
      );
      const gone = await client.call("POST", "/api/categories", { name: "Vai embora" });
      assert.equal((await client.call("DELETE", `/api/categories/${gone.body.id}`)).status, 204);
    },
  },
  {
    rows: [11, 12],
    name: "a product is taken back as it was served, and as a person edits it",
    async test({ client }) {
      const [category] = (await client.get("/api/categories")).body;
      const before = await stockOf(client);
      const at = (code) => `/api/products/${code.replaceAll(" ", "%20")}`;
      for (const product of before.values()) {
        const kept = await client.call("PUT", at(product.code), product);
        assert.equal(kept.status, 200, `${product.code}: ${kept.text}`);
        assert.notEqual(kept.body, null);
      }
      assert.deepEqual(await stockOf(client), before);
      const [product] = before.values();
      const { max_stock, category_id, ...rest } = { ...product, location: "A-1", sale_price: 12.5 };
      assert.equal(
        (
          await client.call("PUT", at(product.code), {
            ...rest,
            max_stock: 9,
            category_id: category.id,
          })
        ).status,
        200,
      );
      const full = (await stockOf(client)).get(product.code);
      assert.deepEqual(
        [full.max_stock, full.category_id, full.category_name],
        [9, category.id, category.name],
      );
      refused(
        await client.call("DELETE", `/api/categories/${category.id}`),
        409,
        "a category with products",
      );
      const emptied = { ...rest, sale_price: 0, min_stock: 0, location: "" };
      assert.equal((await client.call("PUT", at(product.code), emptied)).status, 200);
      const then = (await stockOf(client)).get(product.code);
      assert.deepEqual(
        [
          then.sale_price,
          then.min_stock,
          then.location || null,
          then.max_stock ?? null,
          then.category_id ?? null,
        ],
        [0, 0, null, null, null],
      );
      const wrong = await client.call("PUT", at(product.code), { ...rest, category_id: 999_999 });
      refused(wrong, 400, "an unknown category");
      assert.equal(wrong.body.message, wrong.body.error);
    },
  },
];
