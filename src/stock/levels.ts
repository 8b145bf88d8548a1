import { searchWords } from "../lib/fold.ts";
import { parameters } from "../lib/parameters.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Value } from "../ports/sql.ts";

/** The filter of a list of products or of stock. */
export interface LevelFilter {
  /** Words; each must be in the name, the code or the barcode, without regard to case and accents. */
  readonly search?: string | undefined;
  readonly categoryId?: number | undefined;
  /** Only products below their minimum. */
  readonly low?: boolean | undefined;
}

/** A product with its balance. */
export interface Level {
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly categoryId: number | null;
  readonly unit: string;
  readonly barcode: string | null;
  readonly ncm: string | null;
  readonly lastCost_e2: number | null;
  readonly lastCostQuantity_e4: number | null;
  readonly salePrice_e2: number;
  readonly minStock_e4: number;
  readonly maxStock_e4: number | null;
  readonly location: string | null;
  readonly active: boolean;
  readonly quantity_e4: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const LEVEL_COLUMNS = `p.code, p.name, p.description, p.category_id, p.unit, p.barcode, p.ncm, p.last_cost_e2,
  p.last_cost_quantity_e4, p.sale_price_e2, p.min_stock_e4, p.max_stock_e4, p.location, p.active,
  coalesce(b.quantity_e4, 0) as quantity_e4, p.created_at, p.updated_at`;
export const LEVEL_SOURCE =
  "products p left join balances b on b.company = p.company and b.product = p.code";

/** The condition of a filter over LEVEL_SOURCE, active products only; parameters from ?1 (the company) on. */
export function levelFilter(
  company: number,
  filter: LevelFilter,
): { where: string; args: Value[] } {
  const { args, add } = parameters<Value>([company]);
  const conditions = ["p.company = ?1", "p.active = 1"];
  for (const word of searchWords(filter.search ?? ""))
    conditions.push(`instr(p.search, ${add(word)}) > 0`);
  if (filter.categoryId !== undefined) conditions.push(`p.category_id = ${add(filter.categoryId)}`);
  if (filter.low === true) conditions.push("coalesce(b.quantity_e4, 0) < p.min_stock_e4");
  return { where: conditions.join(" and "), args };
}

/** A page of products with their balances, in the order of their folded names, and how many match in all. */
export async function listLevels(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: LevelFilter,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<{ levels: Level[]; total: number }> {
  const { where, args } = levelFilter(company, filter);
  const [count] = await ports.reader.rows(
    { sql: `select count(*) as total from ${LEVEL_SOURCE} where ${where}`, args },
    signal,
  );
  const rows = await ports.reader.rows(
    {
      sql: `select ${LEVEL_COLUMNS} from ${LEVEL_SOURCE} where ${where} order by p.search, p.code
        limit ?${args.length + 1} offset ?${args.length + 2}`,
      args: [...args, page.limit, page.offset],
    },
    signal,
  );
  return { levels: rows.map(toLevel), total: Number(count?.total ?? 0) };
}

const text = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
const number = (value: Value | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** A row of LEVEL_COLUMNS; the tables are STRICT and check their types. */
export function toLevel(row: Row): Level {
  return {
    code: String(row.code),
    name: String(row.name),
    description: text(row.description),
    categoryId: number(row.category_id),
    unit: String(row.unit),
    barcode: text(row.barcode),
    ncm: text(row.ncm),
    lastCost_e2: number(row.last_cost_e2),
    lastCostQuantity_e4: number(row.last_cost_quantity_e4),
    salePrice_e2: Number(row.sale_price_e2),
    minStock_e4: Number(row.min_stock_e4),
    maxStock_e4: number(row.max_stock_e4),
    location: text(row.location),
    active: row.active === 1,
    quantity_e4: Number(row.quantity_e4),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}
