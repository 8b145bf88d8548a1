import type { Settings } from "../../accounts/company.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  findSupplierItems,
  type SeenSupplierItem,
} from "../../stock/supplier-items/supplier-items.ts";
import { unitKey } from "../../stock/supplier-items/unit.ts";

/** The products and factors of one supplier's codes and units. */
export interface Mapping {
  find(code: string, unit: string): SeenSupplierItem | null;
  /** A unit, as it was written, in which a code is known that is not known in `unit`; null where there is none. */
  otherUnit(code: string, unit: string): string | null;
  /** The unit that a spelling means to the company. */
  unitOf(spelling: string): string;
}

const key = (code: string, unit: string) => `${code}\u0000${unit}`;

/** No item is mapped: every factor is 1. */
export const emptyMapping = ({ units }: Pick<Settings, "units">): Mapping => ({
  find: () => null,
  otherUnit: () => null,
  unitOf: (spelling) => unitKey(spelling, units),
});

/** Reads the supplier items of these codes and units. */
export async function mappingOf(
  ports: Pick<Ports, "reader">,
  { company, units }: Pick<Settings, "company" | "units">,
  supplier: string,
  items: readonly { code: string; unit: string }[],
  signal?: AbortSignal,
): Promise<Mapping> {
  const codes = items.map(({ code }) => code);
  const rows = await findSupplierItems(ports, company, supplier, codes, signal);
  const known = new Map(rows.map((row) => [key(row.code, row.unit), row]));
  const others = new Map(rows.map((row) => [row.code, row.spelling ?? row.unit]));
  const find = (code: string, unit: string) => known.get(key(code, unitKey(unit, units))) ?? null;
  return {
    find,
    otherUnit: (code, unit) => (find(code, unit) === null ? (others.get(code) ?? null) : null),
    unitOf: (spelling) => unitKey(spelling, units),
  };
}

/** The items without a supplier item. */
export function unmappedItems<I extends { code: string; unit: string }>(
  items: readonly I[],
  mapping: Mapping,
): I[] {
  return items.filter((item) => mapping.find(item.code, item.unit) === null);
}
