import type { TestApp } from "../app.ts";
import type { Flow } from "./write-flows.ts";

async function counted(service: TestApp): Promise<{ status: number }> {
  const { body } = await service.send("POST", "/api/counts", {
    json: { name: "Tudo", scope: "all" },
  });
  return service.send("POST", `/api/counts/${body.count.id}/lines`, {
    json: { lines: [{ product_code: "P1", quantity: 1, device: "coletor" }] },
    headers: { "idempotency-key": "k1" },
  });
}

/** The writes of a stock-taking. */
export const COUNT_FLOWS: readonly Flow[] = [
  {
    says: "a count is opened and has lines: nothing moves",
    write: (service) => counted(service),
    changes: [],
  },
  {
    says: "a count is closed with a difference",
    first: (service) => counted(service),
    async write(service) {
      const [count] = await service.rows("select id from stock_counts");
      const json = { missing: "keep", reason: "inventário" };
      return service.send("POST", `/api/counts/${count?.id}/close`, { json });
    },
    changes: [
      "made of",
      "products",
      "product",
      "stock",
      "stock at",
      "movements",
      "movements of P1",
      "stats",
      "evolution",
    ],
  },
];
