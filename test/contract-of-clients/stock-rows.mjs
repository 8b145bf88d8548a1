import assert from "node:assert/strict";
import { refused, typed } from "./client.mjs";
import { STATS } from "./open-rows.mjs";

const STOCK = {
  code: "string",
  name: "string",
  unit: "string",
  quantity: "number",
  sale_price: "number",
  cost_price: "number",
  min_stock: "number",
  category_name: "string",
  category_id: "integer?",
  max_stock: "number?",
  description: "string?",
  barcode: "string?",
  location: "string?",
};
export const MOVEMENT = {
  id: "number",
  product_code: "string",
  type: "string",
  quantity: "number",
  created_at: "instant",
};
const COLUMNS =
  "Código, Nome, Quantidade, Unidade, Estoque Mínimo, Estoque Máximo, Categoria, Preço de Custo, Preço de Venda, Localização, Status".split(
    ", ",
  );
const MOVED =
  "Data, Produto (Código), Produto (Nome), Tipo, Quantidade, Origem, Referência, Usuário, Observações".split(
    ", ",
  );
const headings = (text) =>
  text
    .replace("\uFEFF", "")
    .split(/\r?\n/)[0]
    .split(";")
    .map((one) => one.replaceAll('"', ""));

/** The stock by code, each line with its types. */
export async function stockOf(client) {
  const answer = await client.get("/api/stock");
  assert.equal(answer.status, 200);
  for (const one of answer.body.data) typed(one, STOCK, `stock ${one.code}`);
  return new Map(answer.body.data.map((one) => [one.code, one]));
}

export const stockRows = [
  {
    rows: [10, 12],
    name: "the stock and the search of products have their types, find without case and accents, and stand as in a dictionary",
    async test({ client, notes }) {
      const { data } = (await client.get("/api/nfes")).body;
      for (const { access_key } of data.filter(({ status }) => status === "PENDENTE"))
        assert.equal((await client.call("POST", `/api/nfes/${access_key}/process`)).status, 200);
      await stockOf(client);
      const sugar = notes.find(({ names }) => names.includes("AÇÚCAR CRISTAL"));
      for (const text of ["açúcar", "acucar", "AÇÚCAR"]) {
        const found = (
          await client.get(`/api/stock?search=${encodeURIComponent(text).replaceAll("%20", "+")}`)
        ).body.data;
        assert.deepEqual(
          found.map(({ name }) => name),
          ["AÇÚCAR CRISTAL", "ACUCAR DE COCO"],
          text,
        );
        const products = (
          await client.get(`/api/products?search=${encodeURIComponent(text)}&limit=5`)
        ).body;
        assert.deepEqual(products.items, products.data);
        assert.equal(products.items.length, 2, text);
        for (const one of products.items)
          typed(
            one,
            { code: "string", name: "string", unit: "string", quantity: "number" },
            "products.items[]",
          );
      }
      assert.ok(sugar !== undefined);
      const names = (await client.get("/api/stock")).body.data.map(({ name }) => name);
      const folded = (name) => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      assert.deepEqual(
        names,
        names.toSorted((one, other) => (folded(one) < folded(other) ? -1 : 1)),
      );
    },
  },
  {
    rows: [13],
    name: "a movement by hand is entered, and a wrong one refused with 400 and a sentence",
    async test({ client }) {
      const [code] = (await stockOf(client)).keys();
      const entered = {
        product_code: code,
        type: "ENTRADA",
        quantity: 2.5,
        unit_cost: 9.99,
        origin: "Manual",
        notes: "x",
      };
      const made = await client.call("POST", "/api/movements", entered);
      assert.equal(made.status, 201, made.text);
      typed(made.body, { message: "string" }, "movement");
      refused(
        await client.call("POST", "/api/movements", { ...entered, quantity: 0 }),
        400,
        "quantity 0",
      );
      refused(
        await client.call("POST", "/api/movements", { ...entered, type: "SAIDA", quantity: 1e6 }),
        400,
        "more than there is",
      );
      refused(
        await client.call("POST", "/api/movements", { ...entered, product_code: "NÃO HÁ" }),
        404,
        "no product",
      );
    },
  },
  {
    rows: [14],
    name: "a batch is written whole, with a product twice and a lot on an exit, or not at all",
    async test({ client }) {
      const before = await stockOf(client);
      const [code] = before.keys();
      const line = {
        product_code: code,
        origin: "Manual",
        notes: `Movimentação manual: ${before.get(code).name}`,
      };
      const lot = { unit_cost: 9.99, batch_number: "L1", expiration_date: "2027-12-31" };
      const entry = { ...line, ...lot, type: "ENTRADA", quantity: 2.5 };
      const made = await client.call("POST", "/api/movements/batch", {
        items: [entry, { ...line, ...lot, type: "SAIDA", quantity: 1 }],
      });
      assert.equal(made.status, 201, made.text);
      typed(made.body, { message: "string", items_count: "number" }, "batch");
      const then = (await stockOf(client)).get(code).quantity;
      assert.equal(then, Math.round((before.get(code).quantity + 1.5) * 1e4) / 1e4);
      for (const [what, wrong] of [
        ["quantity 0", { ...line, type: "ENTRADA", quantity: 0 }],
        ["more than there is", { ...line, type: "SAIDA", quantity: 1e6 }],
      ])
        refused(
          await client.call("POST", "/api/movements/batch", { items: [entry, wrong] }),
          400,
          what,
        );
      assert.equal(
        (await stockOf(client)).get(code).quantity,
        then,
        "a refused batch moved a balance",
      );
    },
  },
  {
    rows: [15],
    name: "the list of movements has pages and types, and no e-mail of a user",
    async test({ client }) {
      const answer = await client.get("/api/movements/list?page=1&limit=2&type=ENTRADA");
      assert.equal(answer.status, 200);
      assert.equal(answer.body.data.length, 2);
      typed(
        answer.body.pagination,
        { page: "number", limit: "number", total: "number", total_pages: "number" },
        "pagination",
      );
      for (const movement of answer.body.data) {
        typed(movement, MOVEMENT, "movements[]");
        assert.equal(movement.type, "ENTRADA");
      }
      assert.ok(!/@/.test(JSON.stringify(answer.body.data)));
    },
  },
  {
    rows: [17, 18],
    name: "the CSVs have the columns of S.G.E. first, in its order",
    async test({ client }) {
      for (const [path, columns] of [
        ["/api/export/stock?", COLUMNS],
        ["/api/export/stock?search=acucar", COLUMNS],
        ["/api/export/movements?type=ENTRADA", MOVED],
      ]) {
        const answer = await client.get(path);
        assert.equal(answer.status, 200, path);
        assert.match(answer.headers.get("content-type"), /^text\/csv/);
        assert.deepEqual(headings(answer.text).slice(0, columns.length), columns, path);
        assert.ok(answer.text.split(/\r?\n/).length > 2, path);
      }
    },
  },
  {
    rows: [19, 20],
    name: "the dashboard has numbers, and days as YYYY-MM-DD",
    async test({ client }) {
      const stats = (await client.get("/api/dashboard/stats")).body;
      typed(stats, { ...STATS, last_movement_at: "instant" }, "stats");
      assert.ok(stats.stock_wealth > 0 && stats.entries_this_month > 0);
      const days = (await client.get("/api/dashboard/evolution")).body;
      assert.ok(Array.isArray(days) && days.length > 0);
      for (const day of days)
        typed(day, { date: "day", entries: "number", exits: "number" }, "evolution[]");
    },
  },
];
