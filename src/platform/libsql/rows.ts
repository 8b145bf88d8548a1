import { trusted } from "../../lib/cast.ts";
import type { Row, Value } from "../../ports/sql.ts";

/** The result of one statement: rows by column name. */
export interface StatementResult {
  readonly rows: readonly object[];
}

/**
 * The rows of a result as ports/sql.ts defines them: blobs as Uint8Array, no integer that has lost a digit.
 * Throws RangeError for an integer beyond 2⁵³: no column holds one, only a sum could.
 */
export function rowsOf({ rows }: StatementResult): Row[] {
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      // Nothing else uses the client's rows: they are changed in place, because a copy would cost as much as the read.
      if (value instanceof ArrayBuffer) Reflect.set(row, name, new Uint8Array(value));
      else if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
        throw new RangeError(`an integer of ${name} is not exact`);
    }
  // ArrayBuffers were replaced above, and bigints are never requested: only Value is left.
  return trusted<Record<string, Value>[]>(rows);
}
