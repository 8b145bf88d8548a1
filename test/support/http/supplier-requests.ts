import type { ValidRequest } from "./valid-requests.ts";

/** Every route of supplier items, with a request that it would take. */
export const SUPPLIER_REQUESTS: readonly ValidRequest[] = [
  {
    method: "POST",
    path: "/api/supplier-items/import",
    query: ["dry_run"],
    type: "text/csv",
    bodies: [
      "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator\r\n11222333000181;1;UN;P1;1/12\r\n",
      'Fator,"Unidade"\n1,"',
    ],
  },
  {
    method: "GET",
    path: "/api/supplier-items",
    query: [
      ...["page", "limit", "cursor", "fields", "supplier_cnpj", "product_code"],
      ...["updated_after", "dialect"],
    ],
  },
  {
    method: "DELETE",
    path: "/api/supplier-items",
    query: ["supplier_cnpj", "code", "unit"],
  },
  { method: "GET", path: "/api/supplier-items/waiting", query: ["cursor", "limit"] },
  {
    method: "GET",
    path: "/api/supplier-items/suggestions",
    query: ["supplier_cnpj", "code", "unit"],
  },
  {
    method: "PUT",
    path: "/api/supplier-items",
    query: ["dry_run"],
    type: "application/json",
    bodies: [
      JSON.stringify({
        supplier_cnpj: "11222333000181",
        code: "1",
        unit: "UN",
        product_code: "P1",
        factor: 12,
      }),
    ],
  },
  {
    method: "GET",
    path: "/api/export/supplier-items",
    query: ["supplier_cnpj", "product_code", "updated_after", "dialect"],
  },
];
