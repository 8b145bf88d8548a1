import type { z } from "zod";
import type { ReversalPlanSchema } from "../../http/routes/notes/reversals.ts";
import type { KardexLineSchema } from "../../http/routes/stock/kardex.ts";
import type { SupplierItemSchema } from "../../http/routes/stock/supplier-items.ts";
import type { LotSchema } from "../../http/views/lot-view.ts";
import type { MovementSchema } from "../../http/views/movement-view.ts";
import type { OneProductSchema, StockItemSchema } from "../../http/views/product-view.ts";

export type StockLine = z.infer<typeof StockItemSchema>;
export type Product = z.infer<typeof OneProductSchema>;
export type KardexLine = z.infer<typeof KardexLineSchema>;
export type Lot = z.infer<typeof LotSchema>;
export type Movement = z.infer<typeof MovementSchema>;
export type SupplierItem = z.infer<typeof SupplierItemSchema>;
export type ReversalPlan = z.infer<typeof ReversalPlanSchema>;

/** A page of a list that goes on by a cursor. */
export interface CursorPage<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly next_cursor: string | null };
}

/** A category, as GET /api/categories lists it. */
export interface Category {
  readonly id: number;
  readonly name: string;
  readonly parent_id: number | null;
}

/** The address of a product; a code may have a `/`. */
export const productPath = (code: string): string => `/api/products/${encodeURIComponent(code)}`;

/** What the feed tells that a view of the stock shows. */
export const STOCK_EVENTS = [
  "nfe.processed",
  "nfe.reversed",
  "nfe.cost",
  "nfe.event_exits",
  "movement.",
  "product.",
  "stock.",
  "count.moved",
  "category.",
] as const;
