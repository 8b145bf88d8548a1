import { parameters } from "../../lib/parameters.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, type Guard, type Row, type Statement, type Value } from "../../ports/sql.ts";
import { supplierItems } from "../tables.ts";
import type { Factor } from "./factor.ts";

const ITEM = columnsOf(supplierItems, "s", [
  "supplier",
  "code",
  "unit",
  "product",
  "factor_e4",
  "factorDivisor",
  "spelling",
  "seenBarcode",
  "seenNcm",
]);

export interface SupplierItemKey {
  /** CNPJ or CPF, without mask. */
  readonly supplier: string;
  readonly code: string;
  /** As unit.ts keys it, with the company's spellings. */
  readonly unit: string;
}

export interface SupplierItem extends SupplierItemKey {
  readonly product: string;
  readonly factor: Factor;
  /** The unit as it was written where the mapping was learnt or set; null: not known. */
  readonly spelling: string | null;
}

/** A supplier item with what the last note in stock said of it. */
export interface SeenSupplierItem extends SupplierItem {
  readonly seenBarcode: string | null;
  readonly seenNcm: string | null;
}

/** The saved supplier items of these codes of one supplier, in every unit. */
export async function findSupplierItems(
  ports: Pick<Ports, "reader">,
  company: number,
  supplier: string,
  codes: readonly string[],
  signal?: AbortSignal,
): Promise<SeenSupplierItem[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${ITEM.sql} from (select distinct value as code from json_each(?3)) i
        cross join supplier_items s on s.company = ?1 and s.supplier = ?2 and s.code = i.code`,
      args: [company, supplier, JSON.stringify(codes)],
    },
    signal,
  );
  return rows.map(toItem);
}

/** A supplier item as people read it: with the name and unit of its product. */
export interface ListedSupplierItem extends SupplierItem {
  readonly productName: string;
  readonly productUnit: string;
}

const LISTED = `select ${ITEM.sql}, p.name as product_name, p.unit as product_unit
  from supplier_items s join products p on p.company = s.company and p.code = s.product`;

const listed = (row: Row): ListedSupplierItem => ({
  ...toItem(row),
  productName: String(row.product_name),
  productUnit: String(row.product_unit),
});

/** Which mappings a list holds; `updatedAfter`: set at this instant (ms UTC) or later. */
export interface SupplierItemFilter {
  readonly supplier?: string | undefined;
  readonly product?: string | undefined;
  readonly updatedAfter?: number | undefined;
}

const MATCHES = `s.company = ?1 and (?2 is null or s.supplier = ?2) and (?3 is null or s.product = ?3)
  and (?4 is null or s.updated_at >= ?4)`;
const argsOf = (company: number, { supplier, product, updatedAfter }: SupplierItemFilter) => [
  company,
  supplier ?? null,
  product ?? null,
  updatedAfter ?? null,
];

/** The supplier items that follow one, ordered by supplier, code, unit, at most `limit`; `after` null: from the first. */
export async function supplierItemsAfter(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: SupplierItemFilter,
  { limit, after }: { limit: number; after: readonly [string, string, string] | null },
  signal?: AbortSignal,
): Promise<ListedSupplierItem[]> {
  const rows = await ports.reader.rows(
    {
      sql: `${LISTED} where ${MATCHES} and (s.supplier, s.code, s.unit) > (?5, ?6, ?7)
        order by s.supplier, s.code, s.unit limit ?8`,
      args: [...argsOf(company, filter), ...(after ?? ["", "", ""]), limit],
    },
    signal,
  );
  return rows.map(listed);
}

/** A page of supplier items, ordered by supplier, code, unit; `total` counts all that match. */
export async function supplierItemsPage(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: SupplierItemFilter,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<{ items: ListedSupplierItem[]; total: number }> {
  const args = argsOf(company, filter);
  const [count] = await ports.reader.rows(
    { sql: `select count(*) as total from supplier_items s where ${MATCHES}`, args },
    signal,
  );
  const rows = await ports.reader.rows(
    {
      sql: `${LISTED} where ${MATCHES} order by s.supplier, s.code, s.unit limit ?5 offset ?6`,
      args: [...args, page.limit, page.offset],
    },
    signal,
  );
  return { items: rows.map(listed), total: Number(count?.total ?? 0) };
}

/**
 * Statement that saves which product a supplier's item is, with its factor: inserts, or updates where it is saved.
 * Writes (and returns a row) only where the product exists in the company and is active, and `guard` selects a row.
 */
export function saveMapping(
  company: number,
  item: SupplierItem,
  at: number,
  guard: Guard = ALWAYS,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const [c, supplier, code, unit, product, e4, divisor, now, spelling] = [
    company,
    item.supplier,
    item.code,
    item.unit,
    item.product,
    item.factor.e4,
    item.factor.divisor,
    at,
    item.spelling,
  ].map((value) => add(value));
  return {
    sql: `insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at,
        spelling)
      select ${c}, ${supplier}, ${code}, ${unit}, code, ${e4}, ${divisor}, ${now}, ${now}, ${spelling} from products
      where company = ${c} and code = ${product} and active = 1 and exists (${guard.sql})
      on conflict do update
        set product = excluded.product, factor_e4 = excluded.factor_e4, factor_divisor = excluded.factor_divisor,
          updated_at = excluded.updated_at, spelling = coalesce(excluded.spelling, spelling)
      returning product`,
    args,
  };
}

/** Statement that removes a mapping while `guard` selects a row; returns a row where there was one. */
export function removeMapping(
  company: number,
  { supplier, code, unit }: SupplierItemKey,
  guard: Guard,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const [c, by, of, its] = [company, supplier, code, unit].map((value) => add(value));
  return {
    sql: `delete from supplier_items where company = ${c} and supplier = ${by} and code = ${of} and unit = ${its}
        and exists (${guard.sql})
      returning product`,
    args,
  };
}

function toItem(row: Row): SeenSupplierItem {
  const { factor_e4, factorDivisor, ...item } = ITEM.read(row);
  return { ...item, factor: { e4: factor_e4, divisor: factorDivisor } };
}
