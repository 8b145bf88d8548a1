/**
 * The one place where a type is asserted without a check.
 * Use it only where the guarantee stands next to the call: a check in the line above, or a column that the migration
 * declares NOT NULL in a STRICT table.
 */
export function trusted<T>(value: unknown): T {
  return value as T;
}
