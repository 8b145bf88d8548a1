import type { Value } from "../ports/sql.ts";

/**
 * Rows whose text is kept, here and prepared by the connection. SQLite numbers the parameters of a longer list in quadratic
 * time (990 items: 338 ms, as JSON 6 ms), and takes 32,766 of them: a note may have 40,000 lots.
 */
const MOST_ROWS = 64;
const kept = new Map<string, string>();

/**
 * Rows as a query with numbered parameters that follow `before` others: for `with t (…) as (…)`. Bound one by one they cost
 * half of what one JSON parameter costs this SQLite (docs/adr/0002), and stay typed; very many travel as JSON all the same.
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
  const sql = kept.get(key) ?? listOf(rows.length, width, before);
  kept.set(key, sql);
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
