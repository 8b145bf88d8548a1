import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Row, type Statement, type Value } from "../ports/sql.ts";
import { type Move, stillOurs } from "./running-move.ts";
import { MOVED, type MovedTable, quoted, SHARED, type Shape, WITH_IDS } from "./tables.ts";

/** Where a copy has come to; null: at the end. */
export interface CopyPlace {
  readonly table: string;
  readonly after: readonly Value[];
}

/** Copies the page after `place`; gives the next place. Repeated, it changes nothing. */
export async function copyPage(
  move: Move,
  shapes: readonly Shape[],
  place: CopyPlace | null,
): Promise<CopyPlace | null> {
  const at = place === null ? 0 : shapes.findIndex(({ name }) => name === place.table);
  const shape = shapes[at];
  if (shape === undefined) return null;
  const after = place?.after ?? [];
  const rows = await move.source.reader.rows(pageOf(shape, move.company, after));
  await write(move, [
    ...(await parentsOf(move, shapes, shape, rows)),
    ...rows.map((row) => rowOf(shape, row, "page")),
  ]);
  const last = rows.at(-1);
  if (last !== undefined && shape.order.length > 0 && rows.length === MOVED[shape.name])
    return { table: shape.name, after: shape.order.map((column) => last[column] ?? null) };
  const next = shapes[at + 1];
  return next === undefined ? null : { table: next.name, after: [] };
}

/** Tables whose rows refer to a product. */
const OF_PRODUCTS: readonly MovedTable[] = ["movements", "supplier_items"];

/** The products of rows: one of them may have been made, or the row have turned to it, after the products were copied. */
async function parentsOf(
  { company, source }: Move,
  shapes: readonly Shape[],
  { name }: Shape,
  rows: readonly Row[],
): Promise<Statement[]> {
  const products = shapes.find((shape) => shape.name === "products");
  if (products === undefined || !OF_PRODUCTS.includes(name) || rows.length === 0) return [];
  const keys = new Set(rows.map(({ product }) => JSON.stringify([product])));
  const found = await source.reader.rows(rowsOfKeys(products, company, [...keys]));
  return found.map((row) => rowOf(products, row, "page"));
}

function pageOf(
  { name, columns, order }: Shape,
  company: number,
  after: readonly Value[],
): Statement {
  const by = order.map(quoted).join(", ");
  const places = after.map((_, i) => `?${i + 2}`).join(", ");
  // A table with one row for each company has no further key.
  const beyond = after.length === 0 || order.length === 0 ? "" : `and (${by}) > (${places})`;
  return {
    sql: `select ${columns.map(quoted).join(", ")} from ${name} where company = ?1 ${beyond}
      ${by === "" ? "" : `order by ${by}`} limit ${MOVED[name]}`,
    args: [company, ...(beyond === "" ? [] : after)],
  };
}

/** Columns that a trigger keeps from every update: what was written there stays, and so does the copy of it. */
const NEVER_UPDATED: Partial<Record<MovedTable, readonly string[]>> = {
  count_lines: ["quantity_e4", "counted_at", "after_id"],
};
const APPEND_ONLY: readonly MovedTable[] = ["movements", "lot_movements"];
/** Tables with another unique index, between whose rows a value may pass: the rows are removed before they are written. */
const REWRITTEN: readonly MovedTable[] = ["categories", "late_costs", "nfe_events"];

/**
 * A row as the target gets it. Of a page, a row that is there already stays: if it has changed since, its key was kept, and it
 * comes again as `changed`.
 */
function rowOf({ name, columns, key }: Shape, row: Row, how: "page" | "changed"): Statement {
  const values = columns.map((_, i) => `?${i + 1}`).join(", ");
  const set = columns.filter(
    (column) =>
      column !== "company" && !key.includes(column) && !NEVER_UPDATED[name]?.includes(column),
  );
  const target = isNumbered(name) ? "id" : ["company", ...key].map(quoted).join(", ");
  const update = `(${target}) do update set ${set.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(", ")}`;
  const conflict =
    name === "cache_versions"
      ? "do update set version = max(version, excluded.version)"
      : APPEND_ONLY.includes(name) || set.length === 0 || (how === "page" && !SHARED.includes(name))
        ? "do nothing"
        : update;
  return {
    sql: `insert into ${name} (${columns.map(quoted).join(", ")}) values (${values}) on conflict ${conflict}`,
    args: columns.map((column) => row[column] ?? null),
  };
}

const isNumbered = (name: MovedTable): boolean => WITH_IDS.some((one) => one === name);

async function write(move: Move, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  await commitStatements(move.target.writer, [stillOurs(move), ...statements]);
}

/** The triggers that keep the keys of rows that change while they are copied. */
export function watchStatements(company: number, shapes: readonly Shape[]): Statement[] {
  return shapes.flatMap(({ name, key }) => {
    const keep = (row: "new" | "old") =>
      `insert into changed_rows (company, name, key) select ${company}, '${name}', json_array(${key
        .map((column) => `${row}.${quoted(column)}`)
        .join(", ")});`;
    const make = (on: string, row: "new" | "old", what: string): Statement => ({
      sql: `create trigger if not exists ${triggerOf(company, name, on)} after ${on} on ${name}
        when ${row}.company = ${company} begin ${what} end`,
      args: [],
    });
    return [
      make("insert", "new", keep("new")),
      make("update", "new", `${keep("old")} ${keep("new")}`),
      make("delete", "old", keep("old")),
    ];
  });
}

/** Removes the triggers and what they have kept. */
export const unwatchStatements = (company: number, shapes: readonly Shape[]): Statement[] => [
  ...shapes.flatMap(({ name }) =>
    ["insert", "update", "delete"].map((on) => ({
      sql: `drop trigger if exists ${triggerOf(company, name, on)}`,
      args: [],
    })),
  ),
  { sql: "delete from changed_rows where company = ?1", args: [company] },
];

const triggerOf = (company: number, name: string, on: string): string =>
  `moving_${company}_${name}_${on}`;

/** Kept keys that one step works off. */
const CHANGES = 500;

/** Brings the oldest rows that have changed since they were copied to the target; false: there were none. */
export async function catchUp(move: Move, shapes: readonly Shape[]): Promise<boolean> {
  const { company, source } = move;
  const changes = await source.reader.rows({
    sql: `select id, name, key from changed_rows where company = ?1 order by id limit ${CHANGES}`,
    args: [company],
  });
  const last = changes.at(-1);
  if (last === undefined) return false;
  const upserts: Statement[] = [];
  const deletes: Statement[] = [];
  for (const shape of shapes) {
    const own = changes
      .filter(({ name }) => name === shape.name)
      .map(({ key }) => JSON.stringify(JSON.parse(String(key))));
    const keys = [...new Set(own)];
    if (keys.length === 0) continue;
    const rows = await source.reader.rows(rowsOfKeys(shape, company, keys));
    const found = new Set(rows.map((row) => keyOf(shape, row)));
    upserts.push(...(await parentsOf(move, shapes, shape, rows)));
    upserts.push(...rows.map((row) => rowOf(shape, row, "changed")));
    const gone = REWRITTEN.includes(shape.name) ? keys : keys.filter((key) => !found.has(key));
    if (gone.length > 0) deletes.unshift(deletion(shape, company, gone));
  }
  await write(move, [...deletes, ...upserts]);
  await commitStatements(source.writer, [
    {
      sql: "delete from changed_rows where company = ?1 and id <= ?2",
      args: [company, last.id ?? 0],
    },
  ]);
  return true;
}

const keyOf = ({ key }: Shape, row: Row): string =>
  JSON.stringify(key.map((column) => row[column] ?? null));

const matches = ({ key }: Shape, table: string): string =>
  key.map((column, i) => `${table}.${quoted(column)} = k.value ->> ${i}`).join(" and ") || "true";

const keyList = (keys: readonly string[]): string => `[${keys.join(",")}]`;

const rowsOfKeys = (shape: Shape, company: number, keys: readonly string[]): Statement => ({
  sql: `select ${shape.columns.map((column) => `t.${quoted(column)}`).join(", ")}
    from json_each(?2) k cross join ${shape.name} t on t.company = ?1 and ${matches(shape, "t")}`,
  args: [company, keyList(keys)],
});

const deletion = (shape: Shape, company: number, keys: readonly string[]): Statement => ({
  sql: `delete from ${shape.name} where company = ?1
    and exists (select 1 from json_each(?2) k where ${matches(shape, shape.name)})`,
  args: [company, keyList(keys)],
});

/** The tables in which source and target have different numbers of rows. */
export async function differences(
  { company, source, target }: Move,
  shapes: readonly Shape[],
): Promise<string[]> {
  const compared = shapes.filter(({ name }) => !SHARED.includes(name));
  const count: Statement = {
    sql: compared
      .map(({ name }) => `select '${name}' as name, count(*) as n from ${name} where company = ?1`)
      .join(" union all "),
    args: [company],
  };
  const audit: Statement = {
    sql: "select count(*) as n from audit where company = ?1 and id <= ?2",
    args: [company, await lastLine(source, company)],
  };
  const [there, here, linesThere, linesHere] = await Promise.all([
    source.reader.rows(count),
    target.reader.rows(count),
    source.reader.rows(audit),
    target.reader.rows(audit),
  ]);
  const differing = there.filter(({ name, n }) => here.find((row) => row.name === name)?.n !== n);
  const lines = linesThere[0]?.n === linesHere[0]?.n ? [] : ["audit"];
  return [...differing.map(({ name }) => String(name)), ...lines];
}

/** The id of the last audit line of a company. */
export async function lastLine(
  { reader }: Pick<Ports, "reader">,
  company: number,
): Promise<number> {
  const [row] = await reader.rows({
    sql: "select coalesce(max(id), 0) as id from audit where company = ?1",
    args: [company],
  });
  return Number(row?.id ?? 0);
}
