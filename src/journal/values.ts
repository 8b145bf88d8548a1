import type { Value } from "../ports.ts";

/** Row counts whose text is kept; larger notes are rare, and their texts long. */
const KEPT_ROWS = 64;
const kept = new Map<string, string>();

/** SQLite takes 32,766 parameters in one statement; a note may have 40,000 lots. */
const MOST_PARAMETERS = 24_000;

/**
 * Rows as a VALUES list with numbered parameters that follow `before` others: for `with t (…) as (values …)`.
 * Bound one by one they cost a third of what one JSON parameter costs this SQLite (docs/adr/0002), and stay typed; rows
 * beyond what one statement can bind travel as JSON all the same.
 * `rows` is not empty, holds no bytes, and every row has the same length.
 */
export function values(
  rows: readonly (readonly Value[])[],
  before: number,
): { sql: string; args: Value[] } {
  const width = rows[0]?.length ?? 0;
  if (rows.length * width > MOST_PARAMETERS)
    return { sql: fromJson(width, before), args: [JSON.stringify(rows)] };
  const key = `${rows.length}x${width}+${before}`;
  const sql = kept.get(key) ?? listOf(rows.length, width, before);
  if (rows.length <= KEPT_ROWS) kept.set(key, sql);
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
