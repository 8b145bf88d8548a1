import type { UserCause } from "../../accounts/actor.ts";
import { appendEvents, audit } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { StockFailure } from "../failures.ts";
import { IN_SCOPE } from "./counts.ts";
import type { CountFailure } from "./failures.ts";

/** What is counted: everything, a category, a place, or the products of a list (no code twice). */
export type Scope =
  | { readonly kind: "all" }
  | { readonly kind: "category"; readonly categoryId: number }
  | { readonly kind: "location"; readonly location: string }
  | { readonly kind: "products"; readonly codes: readonly string[] };

export interface NewCount {
  readonly name: string;
  readonly note: string | null;
  readonly scope: Scope;
}

/** Counts of a company that may be open at once. */
const MOST_OPEN = 20;
/** Most products of a list. */
export const MOST_CODES = 5_000;

const OPEN = `stock_counts c indexed by stock_counts_open where c.company = ?1 and c.state in ('open', 'closing')`;

/** The products of the new scope: their source, and the condition for one. ?3 is the category, the place or the list. */
const NEW_SCOPE: Readonly<Record<Scope["kind"], { source: string; has: string }>> = {
  all: { source: "products p", has: "1" },
  category: { source: "products p", has: "p.category_id = ?3" },
  location: { source: "products p", has: "p.location = ?3" },
  products: {
    source: "json_each(?3) j cross join products p on p.code = j.value",
    has: "p.code in (select value from json_each(?3))",
  },
};

/** Selects the open count that shares a product with the new scope. ?1 company, ?2 kind, ?3 its value. */
function overlapping(kind: Scope["kind"]): string {
  const { source, has } = NEW_SCOPE[kind];
  return `select c.id, c.name from ${OPEN} and case
    when c.scope = 'all' or ?2 = 'all' then 1
    when c.scope = ?2 and ?2 = 'category' then c.category_id = ?3
    when c.scope = ?2 and ?2 = 'location' then c.location = ?3
    when c.scope = 'products' then exists (select 1 from count_products s cross join products p on p.company = ?1 and p.code = s.product
      where s.company = ?1 and s.count = c.id and p.active = 1 and ${has})
    else exists (select 1 from ${source} where p.company = ?1 and ${IN_SCOPE} and ${has}) end limit 1`;
}

/** Condition: the new scope has a product. A count of nothing settles nothing, and would stand in the way of others. ?1 company. */
const notEmpty = (kind: Scope["kind"]): string =>
  `exists (select 1 from products p where p.company = ?1 and p.active = 1 and ${NEW_SCOPE[kind].has})`;

/** How many codes of a list are active products. */
const KNOWN =
  "(select count(*) from json_each(?3) j cross join products p on p.company = ?1 and p.code = j.value where p.active = 1)";

/**
 * Opens a count and gives its id. Several may be open while they share no product: the batch decides.
 * Fails with `count.overlaps`, `count.too_many`, `count.empty_scope`, `product.not_found` (a code of the list).
 */
export async function openCount(
  ports: Ports,
  order: NewCount,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<string> {
  const { company } = cause.actor;
  return optimistic(async () => {
    const id = newId();
    const read = ([rows]: readonly (readonly unknown[])[]) => (rows?.length ?? 0) > 0;
    if (
      await ports.writer.commit({ statements: statements(order, id, cause, ports), read }, signal)
    )
      return id;
    await failAsRefused(ports, company, order.scope, signal);
    return CHANGED;
  });
}

function statements(
  { name, note, scope }: NewCount,
  id: string,
  cause: UserCause,
  { clock }: Pick<Ports, "clock">,
): Statement[] {
  const { company, userId } = cause.actor;
  const at = clock.now();
  const guard = {
    sql: "select 1 from stock_counts where company = ?1 and id = ?2",
    args: [company, id],
  };
  const products = scope.kind === "products" ? scope.codes.length : 0;
  return [
    {
      sql: `insert into stock_counts (company, id, name, note, scope, category_id, location, state, after_id, opened_by, opened_at)
        select ?1, ?4, ?5, ?6, ?2, iif(?2 = 'category', ?3, null), iif(?2 = 'location', ?3, null), 'open',
          coalesce((select max(id) from movements), 0), ?7, ?8
        where not exists (${overlapping(scope.kind)}) and (select count(*) from ${OPEN}) < ${MOST_OPEN}
          and ${scope.kind === "products" ? `${KNOWN} = ${products}` : notEmpty(scope.kind)}
        returning id`,
      args: [company, scope.kind, scopeValue(scope), id, name, note, userId, at],
    },
    ...(scope.kind === "products"
      ? [
          {
            sql: `insert into count_products (company, count, product)
              select ?1, ?2, value from json_each(?3) where exists (${guard.sql})`,
            args: [company, id, scopeValue(scope)],
          },
        ]
      : []),
    appendEvents(company, at, [{ type: "count.opened", payload: { count_id: id } }], guard),
    audit(
      cause,
      at,
      { action: "count.open", entity: "count", id, detail: { scope: scope.kind, products } },
      guard,
    ),
  ];
}

function scopeValue(scope: Scope): string | number | null {
  if (scope.kind === "category") return scope.categoryId;
  if (scope.kind === "location") return scope.location;
  return scope.kind === "products" ? JSON.stringify(scope.codes) : null;
}

async function failAsRefused(
  ports: Pick<Ports, "reader">,
  company: number,
  scope: Scope,
  signal?: AbortSignal,
): Promise<void> {
  if (scope.kind === "products") {
    const [unknown] = await ports.reader.rows(
      {
        sql: `select value as code from json_each(?2) j where not exists (
          select 1 from products p where p.company = ?1 and p.code = j.value and p.active = 1) limit 1`,
        args: [company, JSON.stringify(scope.codes)],
      },
      signal,
    );
    if (unknown !== undefined)
      throw new Failed<StockFailure>({
        code: "product.not_found",
        product_code: String(unknown.code),
      });
  }
  const [some] = await ports.reader.rows(
    {
      // Each parameter is named: the libSQL server refuses one that is not.
      sql: `select ?2 as kind, ?3 as value where ${notEmpty(scope.kind)}`,
      args: [company, scope.kind, scopeValue(scope)],
    },
    signal,
  );
  if (some === undefined) throw new Failed<CountFailure>({ code: "count.empty_scope" });
  const [other] = await ports.reader.rows(
    { sql: overlapping(scope.kind), args: [company, scope.kind, scopeValue(scope)] },
    signal,
  );
  if (other !== undefined)
    throw new Failed<CountFailure>({
      code: "count.overlaps",
      count_id: String(other.id),
      name: String(other.name),
    });
  const [open] = await ports.reader.rows(
    { sql: `select count(*) as open from ${OPEN}`, args: [company] },
    signal,
  );
  if (Number(open?.open) >= MOST_OPEN)
    throw new Failed<CountFailure>({ code: "count.too_many", limit: MOST_OPEN });
}
