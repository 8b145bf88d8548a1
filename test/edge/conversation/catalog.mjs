import { post } from "./words.mjs";

/** Of products, categories and movements in batches. */
export const catalog = {
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
    await ask("the stock after the batches", { path: "/api/stock" });
  },
};
