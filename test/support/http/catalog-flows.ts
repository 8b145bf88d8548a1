import type { TestApp } from "../app.ts";
import type { Flow, Read } from "./write-flows.ts";

const STOCK: readonly Read[] = ["products", "stock", "stock at"];
const change = ({ send }: TestApp, json: object) => send("PATCH", "/api/products/P1", { json });
const category = ({ send }: TestApp, name: string) =>
  send("POST", "/api/categories", { json: { name } });
const NOTES: readonly Read[] = ["posted", "unposted", "held"];

/** The writes of products and categories. */
export const CATALOG_FLOWS: readonly Flow[] = [
  {
    says: "a product gets another name",
    write: (service) => change(service, { name: "OUTRO" }),
    changes: ["made of", ...STOCK, "product", "posted", "movements", "movements of P1", "items"],
    asks: ["stats", "evolution", "unposted", "held"],
  },
  {
    says: "a product is changed to what it is",
    write: (service) => change(service, { location: null }),
    changes: [],
  },
  {
    says: "a product is made",
    write: ({ send }) =>
      send("POST", "/api/products", { json: { code: "X", name: "X", unit: "UN" } }),
    status: 201,
    changes: [...STOCK, "stats"],
    asks: ["made of", "items", "movements", "evolution", ...NOTES],
  },
  {
    says: "a category is made",
    write: (service) => category(service, "A"),
    status: 201,
    changes: ["categories"],
    asks: ["made of", ...STOCK, "product"],
  },
  {
    says: "the category of a product gets another name",
    async first(service) {
      await category(service, "A");
      await change(service, { category_id: 1 });
    },
    write: ({ send }) => send("PUT", "/api/categories/1", { json: { name: "B" } }),
    changes: ["made of", "product", "stock", "stock at", "categories"],
    asks: ["products"],
  },
];
