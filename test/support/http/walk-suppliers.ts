import { supplier } from "../notes/purchase.ts";
import type { Go } from "./walk-counts.ts";

/** Asks every route of supplier items and units for everything that it has a statement for. */
export async function walkSuppliers(go: Go): Promise<void> {
  for (const own of [[{ spelling: "NOVA", unit: "UN" }], []])
    await go("PUT", "/api/company/units", { json: { own } });
  await go("GET", "/api/company/units");
  const path = "/api/supplier-items";
  for (const query of ["", `?supplier_cnpj=${supplier.cnpj}`, "?product_code=P1"])
    await go("GET", path, { query });
  for (const query of ["", `?supplier_cnpj=${supplier.cnpj}&product_code=P1`])
    await go("GET", "/api/export/supplier-items", { query });
  for (const query of ["", "?limit=1"]) await go("GET", `${path}/waiting`, { query });
  await go("GET", `${path}/suggestions`, {
    query: `?supplier_cnpj=${supplier.cnpj}&code=P1&unit=UN`,
  });
  const item = { supplier_cnpj: supplier.cnpj ?? "", code: "P1", unit: "CX" };
  const json = { ...item, product_code: "P1", factor: 12 };
  await go("PATCH", "/api/company", { json: { require_mapping: true } });
  for (const query of ["?dry_run=true", ""]) await go("PUT", path, { query, json });
  const head = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";
  for (const [query, product] of [
    ["?dry_run=true", "P1"],
    ["", "P1"],
    ["", "NADA"],
  ])
    await go("POST", `${path}/import`, {
      query,
      body: `${head}\n${supplier.cnpj};P1;CX;${product};6\n`,
      headers: { "content-type": "text/csv" },
    });
  await go("DELETE", path, { query: `?${new URLSearchParams(item)}` });
  await go("PATCH", "/api/company", { json: { require_mapping: false } });
}
