import { type LevelFilter, levelFilter } from "../stock/levels.ts";
import type { Column } from "./columns.ts";
import { PAGE_ROWS, pageSql, type Walk } from "./pages.ts";

const QUANTITY = "coalesce(b.quantity_e4, 0)";

/** The columns of S.G.E. first, in its order; what it did not tell comes after. */
export const STOCK_SHEET: readonly Column[] = [
  { heading: "Código", sql: "p.code", kind: "text" },
  { heading: "Nome", sql: "p.name", kind: "text" },
  { heading: "Quantidade", sql: QUANTITY, kind: "quantity" },
  { heading: "Unidade", sql: "p.unit", kind: "text" },
  { heading: "Estoque Mínimo", sql: "p.min_stock_e4", kind: "quantity" },
  { heading: "Estoque Máximo", sql: "p.max_stock_e4", kind: "quantity" },
  { heading: "Categoria", sql: "'Sem Categoria'", kind: "text" },
  // Where no cost is known S.G.E. writes 0.
  {
    heading: "Preço de Custo",
    sql: "json_array(coalesce(p.last_cost_e2, 0), coalesce(p.last_cost_quantity_e4, 1))",
    kind: "unit",
  },
  { heading: "Preço de Venda", sql: "p.sale_price_e2", kind: "money" },
  { heading: "Localização", sql: "p.location", kind: "text" },
  {
    heading: "Status",
    sql: `case when ${QUANTITY} <= 0 then 'Esgotado' when ${QUANTITY} < p.min_stock_e4 then 'Baixo Estoque' else 'Em Estoque' end`,
    kind: "text",
  },
  { heading: "Código de Barras", sql: "p.barcode", kind: "text" },
  { heading: "NCM", sql: "p.ncm", kind: "text" },
  { heading: "Descrição", sql: "p.description", kind: "text" },
];

const PRODUCTS = "from products p indexed by products_by_name";
const BALANCES = "left join balances b on b.company = p.company and b.product = p.code";
const BY_NAME = "order by p.name, p.code";

/** The active products that a filter lets through, with what there is of each, by name and then code. */
export function stockWalk(company: number, filter: LevelFilter): Walk {
  const { where, args } = levelFilter(company, filter);
  return {
    // No code is empty.
    start: ["", ""],
    end: (place) => ({
      sql: `select p.name, p.code ${PRODUCTS}
        where p.company = ?1 and (p.name, p.code) > (?2, ?3) ${BY_NAME} limit 1 offset ${PAGE_ROWS - 1}`,
      args: [company, ...place],
    }),
    rows(place, end) {
      const n = args.length;
      const upTo = end === null ? "" : `and (p.name, p.code) <= (?${n + 3}, ?${n + 4})`;
      return {
        sql: pageSql(
          STOCK_SHEET,
          `${PRODUCTS} ${BALANCES} where ${where} and (p.name, p.code) > (?${n + 1}, ?${n + 2}) ${upTo} ${BY_NAME}`,
        ),
        args: [...args, ...place, ...(end ?? [])],
      };
    },
  };
}
