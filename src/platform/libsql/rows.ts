import { trusted } from "../../lib/cast.ts";
import type { Row, Value } from "../../ports/sql.ts";

/** What a client answers to one statement: rows by column name. */
export interface StatementResult {
  readonly rows: readonly object[];
}

/**
 * The rows of an answer as ports.ts promises them: blobs as Uint8Array, no integer that has lost a digit.
 * Throws RangeError for an integer beyond 2⁵³: no column may hold one, only a sum could.
 */
export function rowsOf({ rows }: StatementResult): Row[] {
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      // The client's rows are ours alone; they are changed in place, for a copy would cost as much as the read.
      if (value instanceof ArrayBuffer) Reflect.set(row, name, new Uint8Array(value));
      else if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
        throw new RangeError(`an integer of ${name} is not exact`);
    }
  // ArrayBuffers were replaced above and bigints are never asked for: what is left is Value.
  return trusted<Record<string, Value>[]>(rows);
}
