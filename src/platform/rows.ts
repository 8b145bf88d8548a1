import type { ResultSet } from "@libsql/client";
import { trusted } from "../lib/cast.ts";
import type { Row } from "../ports.ts";

/**
 * The rows of a result as ports.ts promises them: by column name, blobs as Uint8Array.
 * Integers beyond 2⁵³ never arrive here: the client throws RangeError (`intMode: "number"`).
 */
export function rowsOf(result: ResultSet): Row[] {
  for (const row of result.rows)
    for (const name of result.columns) {
      const value = row[name];
      // The client's rows are ours alone; they are changed in place, for a copy would cost as much as the read.
      if (value instanceof ArrayBuffer) Reflect.set(row, name, new Uint8Array(value));
    }
  // ArrayBuffers were replaced above, and `intMode: "number"` gives no bigint: what is left is Value.
  return trusted<Row[]>(result.rows);
}
