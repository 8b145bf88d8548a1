import {
  CATEGORY_NAME,
  LEVEL_COST,
  type LevelFilter,
  levelFilter,
} from "../../stock/reports/levels.ts";
import { countStepOf, type KeysetQuery, pageSql } from "../pages.ts";
import type { Table } from "../sheet.ts";

const QUANTITY = "coalesce(b.quantity_e4, 0)";

const fields = {
  code: "p.code",
  name: "p.name",
  quantity: QUANTITY,
  unit: "p.unit",
  min: "p.min_stock_e4",
  max: "p.max_stock_e4",
  category: `coalesce(${CATEGORY_NAME}, 'Sem Categoria')`,
  // Where no cost is known S.G.E. writes 0.
  cost: `coalesce(${LEVEL_COST.e2}, 0)`,
  costQuantity: `coalesce(${LEVEL_COST.quantity_e4}, 10000)`,
  price: "p.sale_price_e2",
  location: "p.location",
  status: `case when ${QUANTITY} <= 0 then 'Esgotado' when ${QUANTITY} < p.min_stock_e4 then 'Baixo Estoque' else 'Em Estoque' end`,
  barcode: "p.barcode",
  ncm: "p.ncm",
  description: "p.description",
} as const;

/** The columns of S.G.E. first, in its order; our own come after them. */
export const STOCK: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Código", kind: "text", of: "code" },
    { heading: "Nome", kind: "text", of: "name" },
    { heading: "Quantidade", kind: "quantity", of: "quantity" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: "Estoque Mínimo", kind: "quantity", of: "min" },
    { heading: "Estoque Máximo", kind: "quantity", of: "max" },
    { heading: "Categoria", kind: "text", of: "category" },
    { heading: "Preço de Custo", kind: "unit", of: "cost", by: "costQuantity" },
    { heading: "Preço de Venda", kind: "money", of: "price" },
    { heading: "Localização", kind: "text", of: "location" },
    { heading: "Status", kind: "text", of: "status" },
    { heading: "Código de Barras", kind: "text", of: "barcode" },
    { heading: "NCM", kind: "text", of: "ncm" },
    { heading: "Descrição", kind: "text", of: "description" },
  ],
};

/** The active products that match a filter, with their balances, in the order of their folded names. */
export function stockKeyset(company: number, filter: LevelFilter): KeysetQuery {
  const { where, args } = levelFilter(company, filter);
  const n = args.length;
  const key = ["p.search", "p.code"] as const;
  const source = "products p indexed by products_search";
  const after = (first: number) =>
    `where p.company = ?1 and p.active = 1 and (p.search, p.code) > (?${first}, ?${first + 1}) order by p.search, p.code`;
  const sql = pageSql(
    key,
    STOCK,
    where,
    `from ${source} left join balances b on b.company = p.company and b.product = p.code ${after(n + 1)}`,
    `?${n + 3}`,
  );
  return {
    type: "stock",
    // No code is empty.
    start: ["", ""],
    countStep: (cursor) => countStepOf(key, `from ${source} ${after(2)}`, [company, ...cursor]),
    page: (cursor, rows, form) => ({ sql: sql[form], args: [...args, ...cursor, rows] }),
  };
}
