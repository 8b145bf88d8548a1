import type { Go } from "./walk-counts.ts";

/** Products, categories, and movements in batches. */
export async function walkCatalog(go: Go): Promise<void> {
  const fields = { name: "PRODUTO", unit: "UN", barcode: "7891000315507" };
  const categories = "/api/categories";
  for (const json of [{ name: "A" }, { name: "B", parent_id: 1 }, { name: "A" }])
    await go("POST", categories, { json });
  await go("GET", categories);
  const category = `${categories}/{id}`;
  for (const json of [{ name: "C" }, { name: "A", parent_id: 2 }, { name: "C", parent_id: null }])
    await go("PUT", category, { at: `${categories}/1`, json });
  for (const json of [{ code: "W1" }, { code: "W1" }, { code: "W2", category_id: 999 }])
    await go("POST", "/api/products", { json: { ...fields, ...json } });
  const product = "/api/products/{code}";
  const at = "/api/products/W1";
  await go("GET", product, { at });
  for (const json of [{ category_id: 2, cost_price: 1 }, { barcode: null }])
    await go("PATCH", product, { at, json });
  await go("PUT", product, { at, json: fields });
  for (const list of ["/api/products", "/api/stock", "/api/export/stock"])
    await go("GET", list, { query: "?category_id=1" });
  for (const id of [1, 2]) await go("DELETE", category, { at: `${categories}/${id}` });
  for (const code of ["W1", "P1"]) await go("DELETE", product, { at: `/api/products/${code}` });
  await go("GET", "/api/reports/cost-rises");
  await go("GET", "/api/reports/movements", {
    query: "?start_date=2026-11-01&end_date=2026-11-30",
  });
  const line = { product_code: "P1", quantity: 1, unit_cost: 2, batch_number: "L1" };
  const batch = "/api/movements/batch";
  await go("POST", batch, {
    json: {
      items: [
        { ...line, type: "ENTRADA" },
        { ...line, type: "SAIDA" },
      ],
    },
  });
  await go("POST", batch, { json: { items: [{ ...line, type: "SAIDA", quantity: 1e6 }] } });
  await go("POST", batch, {
    json: { items: [{ ...line, type: "ENTRADA", happened_at: "2026-11-22" }] },
  });
}
