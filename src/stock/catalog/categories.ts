import type { UserCause } from "../../accounts/actor.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { fold } from "../../lib/fold.ts";
import { Failed } from "../../lib/result.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Row, Statement, Value } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { CategoryFailure } from "./failures.ts";
import { categories } from "./tables.ts";

/** Most categories of a company, and most levels of the tree. */
export const MOST_CATEGORIES = 1_000;
export const MOST_LEVELS = 5;

const CATEGORY = columnsOf(categories, "g", ["id", "name", "parentId"]);
export type Category = Readonly<ReturnType<typeof CATEGORY.read>>;

/** All categories of a company, in the order of their names. */
export async function listCategories(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<Category[]> {
  const sql = `select ${CATEGORY.sql} from categories g where g.company = ?1 order by g.folded limit ${MOST_CATEGORIES}`;
  return (await ports.reader.rows({ sql, args: [company] }, signal)).map(CATEGORY.read);
}

/** One category, or null. */
export async function findCategory(
  ports: Pick<Ports, "reader">,
  company: number,
  id: number,
  signal?: AbortSignal,
): Promise<Category | null> {
  const sql = `select ${CATEGORY.sql} from categories g where g.id = ?2 and g.company = ?1`;
  const [row] = await ports.reader.rows({ sql, args: [company, id] }, signal);
  return row === undefined ? null : CATEGORY.read(row);
}

/** SQL: how deep a category stands, 1 for a root; null where it is not there. */
const levelOf = (id: string): string => `(with recursive up (parent_id, n) as (
    select parent_id, 1 from categories where id = ${id} and company = ?1
    union all select c.parent_id, up.n + 1 from up cross join categories c on c.id = up.parent_id where c.company = ?1 and up.n <= ${MOST_LEVELS}
  ) select max(n) from up)`;

/** SQL: the rows (id, n) of a category and of all below it; `n` is 1 for itself. */
const subtreeOf = (id: string): string => `with recursive down (id, n) as (
    select ${id}, 1
    union all select c.id, down.n + 1 from down cross join categories c indexed by categories_by_parent
      on c.company = ?1 and c.parent_id = down.id where down.n <= ${MOST_LEVELS})`;

const nameFree = (folded: string, id: string): string =>
  `not exists (select 1 from categories where company = ?1 and folded = ${folded} and id <> ${id})`;

/**
 * Makes a category. Fails with `category.name_taken` (without regard to case and accents), `category.too_many`,
 * `category.parent`.
 */
export async function createCategory(
  ports: Ports,
  { name, parentId }: Pick<Category, "name" | "parentId">,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Category> {
  const { company } = cause.actor;
  return optimistic(async () => {
    const made = { id: await nextId(ports, signal), name, parentId };
    const at = ports.clock.now();
    const guard: Guard = {
      sql: `select 1 where ${nameFree("?3", "0")} and not exists (select 1 from categories where id = ?2)
        and (select count(*) from categories where company = ?1) < ${MOST_CATEGORIES}
        and (?4 is null or ${levelOf("?4")} < ${MOST_LEVELS})`,
      args: [company, made.id, fold(name), parentId],
    };
    const statements = [
      ...recordsOf(
        cause,
        at,
        "created",
        { id: made.id, detail: { name, parent_id: parentId } },
        guard,
      ),
      {
        sql: `insert into categories (id, company, name, folded, parent_id, created_at, updated_at)
          select ?2, ?1, ?5, ?3, ?4, ?6, ?6 where exists (${guard.sql}) returning id`,
        args: [...guard.args, name, at],
      },
    ];
    if (await wrote(ports, statements, signal)) return made;
    return failOr(await refusal(ports, company, { ...made, id: 0 }, signal));
  });
}

/**
 * Gives a category another name or parent; what is undefined stays. Fails with `category.not_found`, `category.name_taken`,
 * `category.parent` (also below itself).
 */
export async function changeCategory(
  ports: Ports,
  id: number,
  change: { readonly name: string; readonly parentId?: number | null | undefined },
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Category> {
  const { company } = cause.actor;
  return optimistic(async () => {
    const before = await findCategory(ports, company, id, signal);
    if (before === null) throw new Failed<CategoryFailure>({ code: "category.not_found", id });
    const { name } = change;
    const parentId = change.parentId === undefined ? before.parentId : change.parentId;
    const after = { id, name, parentId };
    if (name === before.name && parentId === before.parentId) return after;
    const at = ports.clock.now();
    const guard: Guard = {
      sql: `select 1 from categories g where g.id = ?2 and g.company = ?1 and g.name = ?5 and g.parent_id is ?6
        and ${nameFree("?3", "?2")}
        and (?4 is ?6 or ?4 is null or (not exists (${subtreeOf("?2")} select 1 from down where id = ?4)
          and ${levelOf("?4")} + (${subtreeOf("?2")} select max(n) from down) <= ${MOST_LEVELS}))`,
      args: [company, id, fold(name), parentId, before.name, before.parentId],
    };
    const detail = {
      before: { name: before.name, parent_id: before.parentId },
      after: { name, parent_id: parentId },
    };
    const statements = [
      ...recordsOf(cause, at, "changed", { id, detail }, guard),
      {
        sql: `update categories set name = ?7, folded = ?3, parent_id = ?4, updated_at = ?8
          where id = ?2 and company = ?1 and exists (${guard.sql}) returning id`,
        args: [...guard.args, name, at],
      },
    ];
    if (await wrote(ports, statements, signal)) return after;
    return failOr(await refusal(ports, company, after, signal));
  });
}

/** Removes a category. Fails with `category.not_found`, `category.in_use` while products or categories hang on it. */
export async function deleteCategory(
  ports: Ports,
  id: number,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<void> {
  const { company } = cause.actor;
  await optimistic(async () => {
    const before = await findCategory(ports, company, id, signal);
    if (before === null) throw new Failed<CategoryFailure>({ code: "category.not_found", id });
    const guard: Guard = {
      sql: `select 1 from categories g where g.id = ?2 and g.company = ?1 and ${hangs("products")} = 0
        and ${hangs("categories")} = 0`,
      args: [company, id],
    };
    const detail = { before: { name: before.name, parent_id: before.parentId } };
    const statements = [
      ...recordsOf(cause, ports.clock.now(), "deleted", { id, detail }, guard),
      {
        sql: `delete from categories where id = ?2 and company = ?1 and exists (${guard.sql}) returning id`,
        args: [...guard.args],
      },
    ];
    if (await wrote(ports, statements, signal)) return null;
    const [row] = await ports.reader.rows(
      {
        sql: `select ${hangs("products")} as products, ${hangs("categories")} as categories`,
        args: [company, id],
      },
      signal,
    );
    const [products, below] = [Number(row?.products), Number(row?.categories)];
    if (products + below === 0) return CHANGED;
    throw new Failed<CategoryFailure>({ code: "category.in_use", id, products, categories: below });
  });
}

/** SQL: how many products, or categories, hang on the category ?2. */
const hangs = (what: "products" | "categories"): string =>
  what === "products"
    ? "(select count(*) from products indexed by products_by_category where company = ?1 and category_id = ?2)"
    : "(select count(*) from categories indexed by categories_by_parent where company = ?1 and parent_id = ?2)";

/** The next id, never one that a removed category had. */
async function nextId({ reader }: Pick<Ports, "reader">, signal?: AbortSignal): Promise<number> {
  const sql = "select seq from sqlite_sequence where name = 'categories'";
  const [row] = await reader.rows({ sql, args: [] }, signal);
  return Number(row?.seq ?? 0) + 1;
}

const ACTIONS = {
  created: "category.create",
  changed: "category.change",
  deleted: "category.delete",
} as const;

/** Audit, feed and tags of a write of a category; they come before it, under its guard. */
function recordsOf(
  cause: UserCause,
  at: number,
  what: keyof typeof ACTIONS,
  { id, detail }: { id: number; detail: Record<string, unknown> },
  guard: Guard,
): Statement[] {
  const { company } = cause.actor;
  const entity = { action: ACTIONS[what], entity: "category", id: String(id) };
  return [
    audit(cause, at, { ...entity, detail }, guard),
    appendEvents(company, at, [{ type: `category.${what}`, payload: { category_id: id } }], guard),
    bumpTags(company, ["categories"], guard),
  ];
}

/** Commits the statements; whether the last of them has changed a row. */
const wrote = (ports: Ports, statements: Statement[], signal?: AbortSignal): Promise<boolean> =>
  ports.writer.commit(
    { statements, read: (rows: readonly Row[][]) => (rows.at(-1)?.length ?? 0) > 0 },
    signal,
  );

function failOr(failure: CategoryFailure | null): typeof CHANGED {
  if (failure !== null) throw new Failed<CategoryFailure>(failure);
  return CHANGED;
}

/** Why a category cannot be as it is wanted; null where nothing stands against it any more. */
async function refusal(
  ports: Pick<Ports, "reader">,
  company: number,
  { id, name, parentId }: Category,
  signal?: AbortSignal,
): Promise<CategoryFailure | null> {
  const args: Value[] = [company, id, fold(name), parentId];
  const [row] = await ports.reader.rows(
    {
      sql: `select ${nameFree("?3", "?2")} as free, (select count(*) from categories where company = ?1) as n,
        ?4 is null or coalesce(${levelOf("?4")}, ${MOST_LEVELS}) + (${subtreeOf("?2")} select max(n) from down) <= ${MOST_LEVELS}
          and not exists (${subtreeOf("?2")} select 1 from down where id = ?4) as fits`,
      args,
    },
    signal,
  );
  if (row?.free !== 1) return { code: "category.name_taken", name };
  if (id === 0 && Number(row.n) >= MOST_CATEGORIES)
    return { code: "category.too_many", limit: MOST_CATEGORIES };
  if (row.fits !== 1 && parentId !== null)
    return { code: "category.parent", parent_id: parentId, limit: MOST_LEVELS };
  return null;
}
