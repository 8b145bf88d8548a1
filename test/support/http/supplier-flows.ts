import type { TestApp } from "../app.ts";
import { supplier } from "../notes/purchase.ts";
import type { Flow } from "./write-flows.ts";

const mapped = {
  supplier_cnpj: supplier.cnpj,
  code: "P2",
  unit: "UN",
  product_code: "P2",
  factor: 6,
};

const imported = (service: TestApp, factor: string, query = "") =>
  service.send("POST", `/api/supplier-items/import${query}`, {
    body: `CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator\n${supplier.cnpj};P2;UN;P2;${factor}\n`,
    headers: { "content-type": "text/csv" },
  });

/** Mappings that are tried, removed and imported. */
export const SUPPLIER_FLOWS: readonly Flow[] = [
  {
    says: "the mapping of a supplier's item is tried",
    write: (service) => service.send("PUT", "/api/supplier-items?dry_run=true", { json: mapped }),
    changes: [],
  },
  {
    says: "mappings are imported",
    write: (service) => imported(service, "1/12"),
    changes: ["items"],
    asks: ["notes of P1", "posted", "unposted", "held"],
  },
  {
    says: "an import of mappings is tried",
    write: (service) => imported(service, "1/12", "?dry_run=true"),
    changes: [],
  },
  {
    says: "mappings are imported that are stored already",
    first: (service) => imported(service, "1/12"),
    write: (service) => imported(service, "1/12"),
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
