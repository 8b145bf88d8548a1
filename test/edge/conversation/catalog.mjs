import { post } from "./words.mjs";

/** Of products, categories and movements in batches. */
export const catalog = {
  async "products and categories"({ ask }) {
    const send = (method, path, json, headers = {}) => ({ method, path, json, headers });
    const keepId = (name) => ({ keep: (body, known) => Object.assign(known, { [name]: body.id }) });
    await ask("no categories", { path: "/api/categories" });
    await ask("a category", post("/api/categories", { name: "Óleos" }), keepId("oils"));
    await ask(
      "one below it",
      ({ oils }) => post("/api/categories", { name: "De soja", parent_id: oils }),
      keepId("soy"),
    );
    await ask("the same name", post("/api/categories", { name: "OLEOS" }));
    await ask("no circle", ({ oils, soy }) =>
      send("PUT", `/api/categories/${oils}`, { name: "Óleos", parent_id: soy }),
    );
    const fields = { name: "ÓLEO DE SOJA", unit: "UN", cost_price: 7.1234567891 };
    await ask(
      "a product",
      ({ soy }) =>
        post("/api/products", {
          ...fields,
          code: "OL/1",
          barcode: "7891000315507",
          category_id: soy,
        }),
      {
        keep: (_, known, response) => {
          known.etag = response.headers.get("etag");
        },
      },
    );
    for (const json of [
      { code: "OL/1" },
      { code: "O2", barcode: "7891000315507" },
      { code: "..", ncm: "1" },
    ])
      await ask(
        `a product that is refused: ${JSON.stringify(json)}`,
        post("/api/products", { ...fields, ...json }),
      );
    await ask("the product", { path: "/api/products/OL%2F1" });
    await ask("a change of this version", ({ etag }) =>
      send("PATCH", "/api/products/OL%2F1", { location: "A1" }, { "if-match": etag }),
    );
    await ask("a change of a version that is past", ({ etag }) =>
      send("PATCH", "/api/products/OL%2F1", { location: "A2" }, { "if-match": etag }),
    );
    await ask(
      "as the old client writes it",
      send("PUT", "/api/products/OL/1", { ...fields, sale_price: 0, location: "" }),
    );
    await ask(
      "an unknown category",
      send("PUT", "/api/products/OL/1", { ...fields, category_id: 987654 }),
    );
    await ask("a category in use", ({ oils }) => ({
      method: "DELETE",
      path: `/api/categories/${oils}`,
    }));
    await ask("by category", ({ oils }) => ({ path: `/api/products?category_id=${oils}` }));
    for (const _ of [1, 2])
      await ask("deactivated", { method: "DELETE", path: "/api/products/OL%2F1" });
    await ask("one with stock", { method: "DELETE", path: "/api/products/NOVO%2F1" });
    await ask("one that is not there", { method: "DELETE", path: "/api/products/NADA" });
    await ask("the leaf removed", ({ soy }) => ({
      method: "DELETE",
      path: `/api/categories/${soy}`,
    }));
  },

  async "movements in batches"({ ask }) {
    const line = (type, quantity, more = {}) => ({
      product_code: "NOVO/1",
      type,
      quantity,
      origin: "Manual",
      ...more,
    });
    const lot = { batch_number: "LOTE 9", expiration_date: "2031-12-31", unit_cost: 9.99 };
    for (const [what, items] of Object.entries({
      "two lines of one product": [line("ENTRADA", 2.5, lot), line("SAIDA", 1, lot)],
      "an exit of a lot that was never here": [line("SAIDA", 1, { ...lot, batch_number: "Z" })],
      "bad lines": [
        line("ENTRADA", 1),
        line("SAIDA", 1e9),
        { ...line("SAIDA", 1), product_code: "N" },
      ],
      "a line that moves nothing": [line("SAIDA", 0)],
      "no lines": [],
    }))
      await ask(`a batch of movements: ${what}`, post("/api/movements/batch", { items }));
    for (const query of [
      "start_date=2020-01-01&end_date=2020-01-31",
      "start_date=2026-11-02&end_date=2026-11-01",
    ])
      await ask(`the report of ${query}`, { path: `/api/reports/movements?${query}` });
    await ask("the stock after the batches", { path: "/api/stock" });
  },
};
