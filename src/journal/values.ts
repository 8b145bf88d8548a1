import type { Value } from "../ports/sql.ts";

/**
 * Most rows that are bound one by one; the SQL text is cached. SQLite numbers the parameters of a longer list in quadratic
 * time (990 items: 338 ms, as JSON 6 ms), and accepts 32,766 of them: a note may have 40,000 lots.
 */
const MOST_ROWS = 64;
const textCache = new Map<string, string>();

/**
 * Rows as a query for `with t (…) as (…)`, with parameters numbered after `before` others. Bound one by one they cost half of
 * what one JSON parameter costs (docs/adr/0002) and keep their types; more than MOST_ROWS are passed as JSON.
 * `rows` is not empty, holds no bytes, and every row has the same length.
 */
export function values(
  rows: readonly (readonly Value[])[],
  before: number,
): { sql: string; args: Value[] } {
  const width = rows[0]?.length ?? 0;
  if (rows.length > MOST_ROWS)
    return { sql: fromJson(width, before), args: [JSON.stringify(rows)] };
  const key = `${rows.length}x${width}+${before}`;
  const sql = textCache.get(key) ?? listOf(rows.length, width, before);
  textCache.set(key, sql);
  return { sql, args: rows.flat() };
}

function listOf(count: number, width: number, before: number): string {
  let next = before;
  const row = () => `(${Array.from({ length: width }, () => `?${++next}`).join(", ")})`;
  return `values ${Array.from({ length: count }, row).join(", ")}`;
}

function fromJson(width: number, before: number): string {
  const columns = Array.from({ length: width }, (_, n) => `value ->> ${n}`).join(", ");
  return `select ${columns} from json_each(?${before + 1})`;
}
