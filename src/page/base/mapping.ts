import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { SupplierItemChange } from "../../http/routes/stock/supplier-items.ts";
import type { SuggestionSchema } from "../../http/views/suggestion-view.ts";
import { ask, newKey } from "./ask.ts";
import { wasAborted } from "./problem.ts";

/** What the API answers when an item is mapped, or would be. */
export type Mapped = z.infer<typeof SupplierItemChange>;
/** A product of ours that an item may be. */
export type Suggestion = z.infer<typeof SuggestionSchema>;

/** A supplier's item: the three members that a mapping is found by. */
export interface ItemKey {
  readonly supplier_cnpj: string;
  readonly code: string;
  readonly unit: string;
}

/** What is mapped: a supplier's item as a note or a list shows it. */
export interface MappedItem extends ItemKey {
  readonly unit_as_written: string;
  readonly name?: string;
  readonly ncm?: string | null;
  readonly barcode?: string | null;
}

/** An item in the address: supplier, unit and code, which alone may have any letter. */
export const keyOf = ({ supplier_cnpj, code, unit }: ItemKey): string =>
  `${supplier_cnpj}.${unit}.${code}`;

/** The parameters of the routes of one mapping. */
export const queryOf = ({ supplier_cnpj, code, unit }: ItemKey): string =>
  new URLSearchParams({ supplier_cnpj, code, unit }).toString();

/** A factor as it is written in Brazil: `2.5` → `2,5`. */
export const factorText = (factor: string): string => factor.replace(".", ",");

/** Both sides of a factor: `12` is 1 of theirs and 12 of ours, `1/12` is 12 of theirs and 1 of ours. */
export function sidesOf(factor: string): { theirs: string; ours: string } {
  const [over = "1", under = "1"] = factor.split("/");
  return { theirs: under, ours: factorText(over) };
}

/** Whether 1 of the supplier's unit is less than 1 of ours: seldom meant. */
export function isUnderOne(factor: string): boolean {
  const [over, under = "1"] = factor.split("/");
  return Number(over) < Number(under);
}

/** Whether the item's unit is this one of ours, as it is written. */
export const isUnitOf = (item: MappedItem, unit: string): boolean =>
  [item.unit, item.unit_as_written].some((one) => one.toUpperCase() === unit.trim().toUpperCase());

/** A mapping as the API takes it. */
interface WantedMapping extends ItemKey {
  readonly unit_as_written: string;
  readonly product_code: string;
  readonly factor: string;
}

const TRY_MS = 250;

/** Writes a mapping; the notes that wait for it are judged again. */
export const putMapping = (json: WantedMapping): Promise<Mapped> =>
  ask<Mapped>("/api/supplier-items", { method: "PUT", json });

/** Takes a mapping away. */
export const deleteMapping = (key: ItemKey): Promise<unknown> =>
  ask(`/api/supplier-items?${queryOf(key)}`, { method: "DELETE" });

/** What a mapping would change: asked by a dry run, 250 ms after the last key. */
export function useTried(wanted: WantedMapping | null) {
  const [state, setState] = useState<{ of: string; value: Mapped | null; fault: unknown }>({
    of: "",
    value: null,
    fault: null,
  });
  const text = wanted === null ? "" : JSON.stringify(wanted);
  useEffect(() => {
    if (wanted === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask<Mapped>("/api/supplier-items?dry_run=true", {
        method: "PUT",
        json: wanted,
        signal: stop.signal,
        key: newKey(),
      }).then(
        (value) => setState({ of: text, value, fault: null }),
        (fault) => wasAborted(fault) || setState({ of: text, value: null, fault }),
      );
    }, TRY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const here = state.of === text && text !== "";
  return {
    value: here ? state.value : null,
    fault: here ? state.fault : null,
    busy: text !== "" && !here,
  };
}

/** How many notes no longer wait for a product. */
export const freedBy = ({ change }: Mapped): number =>
  change.waiting_notes.filter((note) => !note.holds_after.includes("mapping")).length;
