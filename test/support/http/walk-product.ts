import type { Go } from "./walk-counts.ts";

/** The kardex of a product and its lots; exits by lot and by expiry. */
export async function walkProduct(go: Go): Promise<void> {
  for (const query of ["", "?cursor=1000"])
    await go("GET", "/api/products/{code}/kardex", { at: "/api/products/P1/kardex", query });
  const lot = { product_code: "P1", batch_number: "L1", expiration_date: "2026-12-01" };
  await go("POST", "/api/movements", { json: { ...lot, type: "ENTRADA", quantity: 9 } });
  for (const quantity of [1, 1e6])
    await go("POST", "/api/movements", { json: { ...lot, type: "SAIDA", quantity } });
  await go("POST", "/api/movements", { json: { product_code: "P1", type: "SAIDA", quantity: 1 } });
  const after = "cursor=2026-01-01/A/L0";
  for (const query of ["", `?${after}`])
    await go("GET", "/api/products/{code}/lots", { at: "/api/products/P1/lots", query });
  for (const query of [
    "",
    `?${after}&expiring_within=30`,
    "?expired=true",
    "?product_code=P1&expiring_within=30",
  ])
    await go("GET", "/api/lots", { query });
  for (const query of ["", "?product_code=P1&expired=true&expiring_within=30"])
    await go("GET", "/api/export/lots", { query });
  for (const query of ["", "?cursor=A/1/2026-01-01", "?product_code=P1&supplier=11222333000181"])
    await go("GET", "/api/lots/{lot}/trace", { at: "/api/lots/L1/trace", query });
}
