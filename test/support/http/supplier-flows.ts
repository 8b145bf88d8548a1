import { supplier } from "../notes/purchase.ts";
import type { Flow } from "./write-flows.ts";

const mapped = {
  supplier_cnpj: supplier.cnpj,
  code: "P2",
  unit: "UN",
  product_code: "P2",
  factor: 6,
};

/** A mapping that is tried, and one that is removed. */
export const SUPPLIER_FLOWS: readonly Flow[] = [
  {
    says: "the mapping of a supplier's item is tried",
    write: (service) => service.send("PUT", "/api/supplier-items?dry_run=true", { json: mapped }),
    changes: [],
  },
  {
    says: "the mapping of a supplier's item is removed",
    write: (service) =>
      service.send("DELETE", `/api/supplier-items?supplier_cnpj=${supplier.cnpj}&code=P2&unit=UN`),
    status: 204,
    changes: ["items"],
    asks: ["notes of P1", "posted", "unposted", "held"],
  },
];
