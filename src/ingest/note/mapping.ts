import type { Settings } from "../../accounts/company.ts";
import type { Ports } from "../../ports/ports.ts";
import { findSupplierItems, type SupplierItem } from "../../stock/supplier-items.ts";
import { unitKey } from "../../stock/unit.ts";

/** The products and factors of one supplier's codes and units. */
export interface Mapping {
  find(code: string, unit: string): SupplierItem | null;
}

const key = (code: string, unit: string) => `${code}\u0000${unit}`;

/** No item is mapped: every factor is 1. */
export const EMPTY_MAPPING: Mapping = { find: () => null };

/** Reads the supplier items of these codes and units. */
export async function mappingOf(
  ports: Pick<Ports, "reader">,
  { company, units }: Pick<Settings, "company" | "units">,
  supplier: string,
  items: readonly { code: string; unit: string }[],
  signal?: AbortSignal,
): Promise<Mapping> {
  const wanted = items.map(({ code, unit }) => ({ code, unit: unitKey(unit, units) }));
  const rows = await findSupplierItems(ports, company, supplier, wanted, signal);
  const known = new Map(rows.map((row) => [key(row.code, row.unit), row]));
  return { find: (code, unit) => known.get(key(code, unitKey(unit, units))) ?? null };
}

/** The items without a supplier item. */
export function unmappedItems<I extends { code: string; unit: string }>(
  items: readonly I[],
  mapping: Mapping,
): I[] {
  return items.filter((item) => mapping.find(item.code, item.unit) === null);
}
