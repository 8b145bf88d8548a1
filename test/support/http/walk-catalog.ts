import type { Go } from "./walk-counts.ts";

/** Movements in batches. */
export async function walkCatalog(go: Go): Promise<void> {
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
