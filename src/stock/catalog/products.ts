import type { UserCause } from "../../accounts/actor.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { parameters } from "../../lib/parameters.ts";
import { Failed } from "../../lib/result.ts";
import { isGtin } from "../../nfe/gtin.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Row, Statement, Value } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { StockFailure } from "../failures.ts";
import { productSearch } from "../fold-products.ts";
import { andLastCostIs, forgetCosts, JUST_CHANGED } from "../last-cost.ts";
import { findLevel, LEVEL_SOURCE, type Level } from "../reports/levels.ts";
import type { CatalogFailure } from "./failures.ts";

/** What people may say of a product; texts as they are, money 1/10², quantities 1/10⁴. */
export interface ProductFields {
  readonly name: string;
  readonly description: string | null;
  readonly unit: string;
  readonly barcode: string | null;
  readonly ncm: string | null;
  readonly salePrice_e2: number;
  readonly minStock_e4: number;
  readonly maxStock_e4: number | null;
  readonly location: string | null;
  readonly categoryId: number | null;
  readonly active: boolean;
  /** The last cost: the total (1/10²) of a quantity (1/10⁴); both null: not known. */
  readonly lastCost_e2: number | null;
  readonly lastCostQuantity_e4: number | null;
}

/** The columns in the order of their parameters. */
const COLUMNS: Readonly<Record<keyof ProductFields, string>> = {
  name: "name",
  description: "description",
  unit: "unit",
  barcode: "barcode",
  ncm: "ncm",
  salePrice_e2: "sale_price_e2",
  minStock_e4: "min_stock_e4",
  maxStock_e4: "max_stock_e4",
  location: "location",
  categoryId: "category_id",
  active: "active",
  lastCost_e2: "last_cost_e2",
  lastCostQuantity_e4: "last_cost_quantity_e4",
};
const NAMES = [
  "name",
  "description",
  "unit",
  "barcode",
  "ncm",
  "salePrice_e2",
  "minStock_e4",
  "maxStock_e4",
  "location",
  "categoryId",
  "active",
  "lastCost_e2",
  "lastCostQuantity_e4",
] as const satisfies readonly (keyof ProductFields)[];

export interface ProductChange {
  /** What the fields become, made of what they are; called again where another write came between. */
  readonly to: (before: Level) => ProductFields;
  /** Only this version may be changed; null: any. */
  readonly version: number | null;
}

/**
 * Makes a product, without stock. Fails with `product.exists`, `product.barcode`, `product.barcode_taken`, `product.category`.
 */
export async function createProduct(
  ports: Ports,
  code: string,
  fields: ProductFields,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Level> {
  const { company } = cause.actor;
  checkBarcode(fields.barcode);
  return optimistic(async () => {
    const at = ports.clock.now();
    const free = {
      sql: "not exists (select 1 from products where company = ?1 and code = ?2)",
      args: [company, code],
    };
    const guard = guardOf(free, company, code, {
      barcode: fields.barcode,
      category: fields.categoryId,
    });
    const { args, add } = parameters<Value>(guard.args);
    const values = NAMES.map((name) => add(stored(fields[name])));
    const [now, search] = [add(at), add(productSearch(fields.name, code, fields.barcode))];
    const statements = [
      ...recordsOf(cause, at, "product.created", code, { after: shown(fields) }, guard),
      {
        sql: `insert into products (company, code, ${NAMES.map((name) => COLUMNS[name]).join(", ")}, created_at, updated_at, search)
          select ?1, ?2, ${values.join(", ")}, ${now}, ${now}, ${search} where exists (${guard.sql}) returning code`,
        args,
      },
    ];
    if (await wrote(ports, statements, signal)) {
      const made = await findLevel(ports, company, code, signal);
      if (made !== null) return made;
    }
    const there = await findLevel(ports, company, code, signal);
    if (there !== null)
      throw new Failed<CatalogFailure>({
        code: "product.exists",
        product_code: code,
        active: there.active,
      });
    await failIfTaken(
      ports,
      company,
      code,
      { barcode: fields.barcode, category: fields.categoryId },
      signal,
    );
    return CHANGED;
  });
}

/**
 * Changes a product, active or not, and gives what it is then; where nothing differs nothing is written. Fails with
 * `product.not_found`, `product.changed`, `product.barcode`, `product.barcode_taken`, `product.category`, `product.in_stock` (it
 * is deactivated while its balance is not 0). Barcode and category are only looked at where they change: what a note has brought
 * is borne.
 */
export async function changeProduct(
  ports: Ports,
  code: string,
  { to, version }: ProductChange,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Level> {
  const { company } = cause.actor;
  return optimistic(async () => {
    const before = await findLevel(ports, company, code, signal);
    if (before === null)
      throw new Failed<StockFailure>({ code: "product.not_found", product_code: code });
    if (version !== null && before.version !== version)
      throw new Failed<CatalogFailure>({
        code: "product.changed",
        product_code: code,
        version: before.version,
      });
    const after = to(before);
    const changed = NAMES.filter((name) => after[name] !== before[name]);
    if (changed.length === 0) return before;
    const needs = needsOf(before, after);
    if (after.barcode !== before.barcode) checkBarcode(after.barcode);

    const at = ports.clock.now();
    const cost = changed.includes("lastCost_e2") || changed.includes("lastCostQuantity_e4");
    const same = parameters<Value>([company, code, before.version]);
    const still = cost ? andLastCostIs(before, same.add) : "";
    const unchanged = {
      sql: `exists (select 1 from ${LEVEL_SOURCE} where p.company = ?1 and p.code = ?2 and p.version = ?3${still})`,
      args: same.args,
    };
    const guard = guardOf(unchanged, company, code, needs);
    const { args, add } = parameters<Value>(guard.args);
    const set = changed.map((name) => `${COLUMNS[name]} = ${add(stored(after[name]))}`);
    const search = add(productSearch(after.name, code, after.barcode));
    const type = before.active && !after.active ? "product.deactivated" : "product.changed";
    const detail = { before: shown(before, changed), after: shown(after, changed) };
    const statements = [
      ...recordsOf(cause, at, type, code, detail, guard),
      {
        sql: `update products set ${set.join(", ")}, search = ${search}, version = version + 1, updated_at = ${add(at)}
          where company = ?1 and code = ?2 and exists (${guard.sql}) returning version`,
        args,
      },
      ...(cost ? [{ sql: forgetCosts("?2", JUST_CHANGED), args: [company, code] }] : []),
    ];
    if (await wrote(ports, statements, signal)) {
      const changedTo = await findLevel(ports, company, code, signal);
      if (changedTo !== null) return changedTo;
    }
    await failIfTaken(ports, company, code, needs, signal);
    return CHANGED;
  });
}

/** Deactivates a product; one that is inactive already stays so. Fails as `changeProduct` does. */
export const deactivateProduct = (
  ports: Ports,
  code: string,
  version: number | null,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Level> =>
  changeProduct(
    ports,
    code,
    { to: (before) => ({ ...before, active: false }), version },
    cause,
    signal,
  );

/** What of other tables a write needs, each null where it needs nothing. */
interface Needs {
  /** No other active product has it. */
  readonly barcode: string | null;
  /** It is there. */
  readonly category: number | null;
  /** The balance is 0. */
  readonly noStock?: boolean;
}

function needsOf(before: Level, after: ProductFields): Needs {
  const enters = after.barcode !== before.barcode || !before.active;
  return {
    barcode: after.active && enters ? after.barcode : null,
    category: after.categoryId === before.categoryId ? null : after.categoryId,
    noStock: before.active && !after.active,
  };
}

const TAKEN_BY = (barcode: string) =>
  `select o.code from products o indexed by products_by_barcode where o.company = ?1 and o.barcode = ${barcode}
    and o.barcode is not null and o.barcode <> '' and o.active = 1 and o.code <> ?2 order by o.code limit 1`;

/** Selects a row while `first` holds (?1 company, ?2 code) and what the write needs is so. */
function guardOf(first: Guard, company: number, code: string, needs: Needs): Guard {
  const { args, add } = parameters<Value>(first.args.length === 0 ? [company, code] : first.args);
  const conditions = [first.sql];
  if (needs.barcode) conditions.push(`not exists (${TAKEN_BY(add(needs.barcode))})`);
  if (needs.category !== null)
    conditions.push(
      `exists (select 1 from categories where id = ${add(needs.category)} and company = ?1)`,
    );
  if (needs.noStock === true)
    conditions.push(
      "not exists (select 1 from balances where company = ?1 and product = ?2 and quantity_e4 <> 0)",
    );
  return { sql: `select 1 where ${conditions.join(" and ")}`, args };
}

function checkBarcode(barcode: string | null): void {
  if (barcode && !isGtin(barcode))
    throw new Failed<CatalogFailure>({ code: "product.barcode", barcode });
}

async function failIfTaken(
  ports: Pick<Ports, "reader">,
  company: number,
  code: string,
  { barcode, category, noStock }: Needs,
  signal?: AbortSignal,
): Promise<void> {
  const [row] = await ports.reader.rows(
    {
      sql: `select (${TAKEN_BY("?3")}) as taken_by,
        ?4 is null or exists (select 1 from categories where id = ?4 and company = ?1) as has_category,
        coalesce((select quantity_e4 from balances where company = ?1 and product = ?2), 0) as balance_e4`,
      args: [company, code, barcode, category],
    },
    signal,
  );
  if (barcode && typeof row?.taken_by === "string")
    throw new Failed<CatalogFailure>({
      code: "product.barcode_taken",
      barcode,
      taken_by: row.taken_by,
    });
  if (category !== null && row?.has_category !== 1)
    throw new Failed<CatalogFailure>({ code: "product.category", category_id: category });
  if (noStock === true && Number(row?.balance_e4) !== 0)
    throw new Failed<CatalogFailure>({
      code: "product.in_stock",
      product_code: code,
      balance: fromScaled(Number(row?.balance_e4), 4),
    });
}

const stored = (value: ProductFields[keyof ProductFields]): Value =>
  typeof value === "boolean" ? Number(value) : value;

/** Fields as the audit log keeps them, by the names of their columns. */
const shown = (
  fields: ProductFields,
  names: readonly (keyof ProductFields)[] = NAMES,
): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [COLUMNS[name], stored(fields[name])]));

const ACTIONS = {
  "product.created": "product.create",
  "product.changed": "product.change",
  "product.deactivated": "product.deactivate",
} as const;

/** Audit, feed and tags of a write of a product; they come before it, under its guard. */
function recordsOf(
  cause: UserCause,
  at: number,
  type: keyof typeof ACTIONS,
  code: string,
  detail: Record<string, unknown>,
  guard: Guard,
): Statement[] {
  const { company } = cause.actor;
  return [
    audit(cause, at, { action: ACTIONS[type], entity: "product", id: code, detail }, guard),
    appendEvents(company, at, [{ type, payload: { product_code: code } }], guard),
    bumpTags(company, ["products"], guard),
  ];
}

/** Commits the statements; whether the last of them has changed a row. */
const wrote = (ports: Ports, statements: Statement[], signal?: AbortSignal): Promise<boolean> =>
  ports.writer.commit(
    { statements, read: (rows: readonly Row[][]) => (rows.at(-1)?.length ?? 0) > 0 },
    signal,
  );
