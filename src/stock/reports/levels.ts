import { searchWords } from "../../lib/fold.ts";
import { parameters } from "../../lib/parameters.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Value } from "../../ports/sql.ts";
import { LAST_COST_E2, LAST_COST_QUANTITY_E4, OWN_DATA_CHANGED_AT } from "../last-cost.ts";
import { products } from "../tables.ts";

/** The filter of a list of products or of stock. */
export interface LevelFilter {
  /** Words; each must be in the name, the code or the barcode, without regard to case and accents. */
  readonly search?: string | undefined;
  /** With the categories below it. */
  readonly categoryId?: number | undefined;
  /** Only these products. */
  readonly codes?: readonly string[] | undefined;
  /** Only products below their minimum. */
  readonly low?: boolean | undefined;
  /** Only products with something in stock that have not moved since this instant; milliseconds UTC. */
  readonly idleSince?: number | undefined;
  /** Only products whose data or balance has changed at this instant (ms UTC) or later. */
  readonly updatedAfter?: number | undefined;
  /** Inactive ones too; then in the order of the codes. */
  readonly inactiveToo?: boolean | undefined;
}

const PRODUCT = columnsOf(products, "p", [
  "code",
  "name",
  "description",
  "categoryId",
  "unit",
  "barcode",
  "ncm",
  "salePrice_e2",
  "minStock_e4",
  "maxStock_e4",
  "location",
  "active",
  "createdAt",
  "version",
  "search",
]);

/** A product with its balance. */
export type Level = Readonly<ReturnType<typeof PRODUCT.read>> & {
  readonly quantity_e4: number;
  /** What that quantity is worth, 1/10². */
  readonly value_e2: number;
  /** The last cost: the total (1/10²) of a quantity (1/10⁴); both null: not known. */
  readonly lastCost_e2: number | null;
  readonly lastCostQuantity_e4: number | null;
  /** When its own data or its last cost changed, ms UTC. */
  readonly updatedAt: number;
  /** Null where it has no category. */
  readonly categoryName: string | null;
};

/** SQL: the name of the category of a product `p`. */
export const CATEGORY_NAME =
  "(select g.name from categories g where g.id = p.category_id and g.company = p.company)";

/** SQL: the ids of a category and of all that stand below it. ?1 is the company. */
const withBelow = (id: string): string => `with recursive below (id) as (
  select ${id} union select g.id from below cross join categories g indexed by categories_by_parent
    on g.company = ?1 and g.parent_id = below.id) select id from below`;

export const LEVEL_COLUMNS = `${PRODUCT.sql}, coalesce(b.quantity_e4, 0) as quantity_e4,
  coalesce(b.value_e2, 0) as value_e2, ${LAST_COST_E2} as last_cost_e2, ${LAST_COST_QUANTITY_E4} as last_cost_quantity_e4,
  ${OWN_DATA_CHANGED_AT} as updated_at, ${CATEGORY_NAME} as category_name`;
export const LEVEL_SOURCE =
  "products p left join balances b on b.company = p.company and b.product = p.code";

/** SQL over LEVEL_SOURCE: the last cost, as Level has it. */
export const LEVEL_COST = { e2: LAST_COST_E2, quantity_e4: LAST_COST_QUANTITY_E4 } as const;

/** The condition of a filter over LEVEL_SOURCE; parameters from ?1 (the company) on. */
export function levelFilter(
  company: number,
  filter: LevelFilter,
): { where: string; args: Value[] } {
  const { args, add } = parameters<Value>([company]);
  const conditions = ["p.company = ?1", ...(filter.inactiveToo === true ? [] : ["p.active = 1"])];
  for (const word of searchWords(filter.search ?? ""))
    conditions.push(`instr(p.search, ${add(word)}) > 0`);
  if (filter.categoryId !== undefined)
    conditions.push(`p.category_id in (${withBelow(add(filter.categoryId))})`);
  if (filter.codes !== undefined)
    conditions.push(
      `p.code in (select value from json_each(${add(JSON.stringify(filter.codes))}))`,
    );
  if (filter.low === true) conditions.push("coalesce(b.quantity_e4, 0) < p.min_stock_e4");
  if (filter.idleSince !== undefined)
    conditions.push(`b.quantity_e4 > 0 and b.updated_at < ${add(filter.idleSince)}`);
  if (filter.updatedAfter !== undefined) {
    const since = add(filter.updatedAfter);
    conditions.push(`(p.updated_at >= ${since} or b.updated_at >= ${since})`);
  }
  return { where: conditions.join(" and "), args };
}

/** The index of the names has the active products alone. */
const orderOf = ({
  inactiveToo,
}: LevelFilter): readonly ["p.search", "p.code"] | readonly ["p.code"] =>
  inactiveToo === true ? ["p.code"] : ["p.search", "p.code"];

/**
 * A page of products with their balances, in the order of their folded names, and how many match in all. What walks over the products
 * is one row, read beside the event loop.
 */
export async function listLevels(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: LevelFilter,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<{ levels: Level[]; total: number }> {
  const { where, args } = levelFilter(company, filter);
  const found = await ports.reader.single(
    {
      sql: `select (select count(*) from ${LEVEL_SOURCE} where ${where}) as total,
        (select json_group_array(json_array(code, search)) from (
          select p.code, p.search from ${LEVEL_SOURCE} where ${where} order by ${orderOf(filter).join(", ")}
          limit ?${args.length + 1} offset ?${args.length + 2})) as places`,
      args: [...args, page.limit, page.offset],
    },
    signal,
  );
  return {
    levels: await levelsAt(ports, company, String(found?.places), signal),
    total: Number(found?.total),
  };
}

/**
 * The products of a JSON array of places in the order (code and search text), in it. One that was renamed meanwhile keeps its place,
 * so that the next page begins after it. None is missing: a product is never removed, and its code never changes.
 */
async function levelsAt(
  ports: Pick<Ports, "reader">,
  company: number,
  places: string,
  signal?: AbortSignal,
): Promise<Level[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${LEVEL_COLUMNS}, c.value ->> 1 as place from json_each(?2) c cross join ${LEVEL_SOURCE}
        where p.company = ?1 and p.code = c.value ->> 0 order by c.key`,
      args: [company, places],
    },
    signal,
  );
  return rows.map((row) => ({ ...toLevel(row), search: String(row.place) }));
}

/** The products that follow one in the same order, at most `limit`; `after`: its search text and its code, null for the first. */
export async function levelsAfter(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: LevelFilter,
  { limit, after }: { limit: number; after: readonly [search: string, code: string] | null },
  signal?: AbortSignal,
): Promise<Level[]> {
  const { where, args } = levelFilter(company, filter);
  const known = parameters<Value>(args);
  const [search, code] = after ?? ["", ""];
  const from = `from ${LEVEL_SOURCE}
    where ${where} and ${
      filter.inactiveToo === true
        ? `p.code > ${known.add(code)}`
        : `(p.search, p.code) > (${known.add(search)}, ${known.add(code)})`
    }
    order by ${orderOf(filter).join(", ")} limit ${known.add(limit)}`;
  const isFiltered = Object.entries(filter).some(
    ([name, value]) => name !== "inactiveToo" && value !== undefined && value !== false,
  );
  if (!isFiltered) {
    const sql = `select ${LEVEL_COLUMNS} ${from}`;
    return (await ports.reader.rows({ sql, args: known.args }, signal)).map(toLevel);
  }
  const found = await ports.reader.single(
    {
      sql: `select json_group_array(json_array(code, search)) as places from (select p.code, p.search ${from})`,
      args: known.args,
    },
    signal,
  );
  return levelsAt(ports, company, String(found?.places), signal);
}

/** Maps a row of LEVEL_COLUMNS. */
export const toLevel = (row: Row): Level => ({
  ...PRODUCT.read(row),
  quantity_e4: Number(row.quantity_e4),
  value_e2: Number(row.value_e2),
  lastCost_e2: row.last_cost_e2 == null ? null : Number(row.last_cost_e2),
  lastCostQuantity_e4: row.last_cost_quantity_e4 == null ? null : Number(row.last_cost_quantity_e4),
  updatedAt: Number(row.updated_at),
  categoryName: row.category_name == null ? null : String(row.category_name),
});

/** One product with its balance, active or not, or null. */
export async function findLevel(
  ports: Pick<Ports, "reader">,
  company: number,
  code: string,
  signal?: AbortSignal,
): Promise<Level | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select ${LEVEL_COLUMNS} from ${LEVEL_SOURCE} where p.company = ?1 and p.code = ?2`,
      args: [company, code],
    },
    signal,
  );
  return row === undefined ? null : toLevel(row);
}
