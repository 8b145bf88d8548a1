import { parameters } from "../../lib/parameters.ts";
import type { Value } from "../../ports/sql.ts";
import { PRODUCT_HEADING } from "../../stock/supplier-items/imported-mappings.ts";
import type { SupplierItemFilter } from "../../stock/supplier-items/supplier-items.ts";
import { countStepOf, type KeysetQuery, pageSql } from "../pages.ts";
import type { Table } from "../sheet.ts";

const fields = {
  supplier: "s.supplier",
  code: "s.code",
  unit: "s.unit",
  product: "s.product",
  factor: "s.factor_e4",
  divisor: "s.factor_divisor",
  spelling: "s.spelling",
  name: "p.name",
  productUnit: "p.unit",
} as const;

/** The columns of a mapping; an import reads the first six by their headings, and passes over the last two. */
export const SUPPLIER_ITEMS: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "CNPJ/CPF do Fornecedor", kind: "text", of: "supplier" },
    { heading: "Código do Fornecedor", kind: "text", of: "code" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: PRODUCT_HEADING, kind: "text", of: "product" },
    { heading: "Fator", kind: "factor", of: "factor", by: "divisor" },
    { heading: "Unidade como Escrita", kind: "text", of: "spelling" },
    { heading: "Produto (Nome)", kind: "text", of: "name" },
    { heading: "Unidade do Produto", kind: "text", of: "productUnit" },
  ],
};

/** The mappings that match a filter, in the order of their list: supplier, code, unit. */
export function supplierItemKeyset(
  company: number,
  { supplier, product, updatedAfter }: SupplierItemFilter,
): KeysetQuery {
  const { args, add } = parameters<Value>([company]);
  const wanted = product === undefined ? "1" : `s.product = ${add(product)}`;
  const matches =
    updatedAfter === undefined ? wanted : `${wanted} and s.updated_at >= ${add(updatedAfter)}`;
  const of = supplier === undefined ? "" : `and s.supplier = ${add(supplier)}`;
  const n = args.length;
  const key = ["s.supplier", "s.code", "s.unit"] as const;
  const after = `where s.company = ?1 ${of} and (s.supplier, s.code, s.unit) > (?${n + 1}, ?${n + 2}, ?${n + 3})
    order by s.supplier, s.code, s.unit`;
  const sql = pageSql(
    key,
    SUPPLIER_ITEMS,
    matches,
    `from supplier_items s left join products p on p.company = s.company and p.code = s.product ${after}`,
    `?${n + 4}`,
  );
  return {
    type: "supplier-items",
    start: [supplier ?? "", "", ""],
    countStep: (cursor) => countStepOf(key, `from supplier_items s ${after}`, [...args, ...cursor]),
    page: (cursor, rows, form) => ({ sql: sql[form], args: [...args, ...cursor, rows] }),
  };
}
