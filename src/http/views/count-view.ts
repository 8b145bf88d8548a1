import { z } from "@hono/zod-openapi";
import type { Count, Progress } from "../../stock/counting/counts.ts";
import type { CountLine } from "../../stock/counting/lines.ts";
import type { CountedProduct, NotCounted, ReviewSums } from "../../stock/counting/review.ts";
import { instant, instantOrNull, money, quantity } from "../numbers.ts";

export const CountStateEnum = z.enum(["open", "closing", "closed", "cancelled"]);

export const CountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    note: z.string().nullable(),
    scope: z.enum(["all", "category", "location", "products"]),
    category_id: z.int().nullable(),
    location: z.string().nullable(),
    state: CountStateEnum,
    lines: z.int(),
    opened_at: z.string(),
    ended_at: z.string().nullable(),
    reason: z.string().nullable(),
    missing: z.enum(["keep", "zero"]).nullable(),
  })
  .openapi("Count");

export const countView = (count: Count): z.infer<typeof CountSchema> => ({
  id: count.id,
  name: count.name,
  note: count.note,
  scope: count.scope,
  category_id: count.categoryId,
  location: count.location,
  state: count.state,
  lines: count.lines,
  opened_at: instant(count.openedAt),
  ended_at: instantOrNull(count.endedAt),
  reason: count.reason,
  missing: count.missing,
});

export const CountDetailSchema = CountSchema.extend({
  products_counted: z.int(),
  aside: z.int(),
}).openapi("CountDetail");

export const countDetailView = (
  count: Count,
  progress: Progress,
): z.infer<typeof CountDetailSchema> => ({
  ...countView(count),
  products_counted: progress.products,
  aside: progress.aside,
});

/** `aside`: why the line was kept aside when it was written; it counts since a product was assigned. */
export const CountLineSchema = z
  .object({
    line: z.int(),
    product_code: z.string().nullable(),
    given_code: z.string().nullable(),
    barcode: z.string().nullable(),
    aside: z.enum(["unknown", "ambiguous", "outside"]).nullable(),
    quantity: z.number(),
    lot: z.string().nullable(),
    device: z.string(),
    note: z.string().nullable(),
    counted_at: z.string(),
    assigned_at: z.string().nullable(),
    undone_at: z.string().nullable(),
  })
  .openapi("CountLine");

export const countLineView = (line: CountLine): z.infer<typeof CountLineSchema> => ({
  line: line.line,
  product_code: line.product,
  given_code: line.givenCode,
  barcode: line.givenBarcode,
  aside: line.aside,
  quantity: quantity(line.quantity_e4),
  lot: line.lot,
  device: line.device,
  note: line.note,
  counted_at: instant(line.countedAt),
  assigned_at: instantOrNull(line.assignedAt),
  undone_at: instantOrNull(line.undoneAt),
});

/** `moved_while_counted`: the balance changed between the first and the last line of the product. */
export const CountedProductSchema = z
  .object({
    product_code: z.string(),
    name: z.string(),
    unit: z.string(),
    counted: z.number(),
    expected: z.number(),
    difference: z.number(),
    difference_value: z.number(),
    lines: z.int(),
    first_counted_at: z.string(),
    last_counted_at: z.string(),
    moved_while_counted: z.boolean(),
  })
  .openapi("CountedProduct");

export const countedProductView = (one: CountedProduct): z.infer<typeof CountedProductSchema> => ({
  product_code: one.product,
  name: one.name,
  unit: one.unit,
  counted: quantity(one.counted_e4),
  expected: quantity(one.expected_e4),
  difference: quantity(one.difference_e4),
  difference_value: money(one.value_e2),
  lines: one.lines,
  first_counted_at: instant(one.countedFrom),
  last_counted_at: instant(one.countedAt),
  moved_while_counted: one.moved,
});

export const NotCountedSchema = z
  .object({
    product_code: z.string(),
    name: z.string(),
    unit: z.string(),
    balance: z.number(),
    stock_value: z.number(),
  })
  .openapi("NotCountedProduct");

export const notCountedView = (one: NotCounted): z.infer<typeof NotCountedSchema> => ({
  product_code: one.product,
  name: one.name,
  unit: one.unit,
  balance: quantity(one.quantity_e4),
  stock_value: money(one.value_e2),
});

/** Values at today's average. */
export const CountSumsSchema = z
  .object({
    products_counted: z.int(),
    surplus_products: z.int(),
    surplus_value: z.number(),
    shortage_products: z.int(),
    shortage_value: z.number(),
    not_counted: z.int(),
    not_counted_value: z.number(),
    aside: z.int(),
  })
  .openapi("CountSums");

export const countSumsView = (
  sums: ReviewSums,
  aside: number,
): z.infer<typeof CountSumsSchema> => ({
  products_counted: sums.counted,
  surplus_products: sums.surplus,
  surplus_value: money(sums.surplusValue_e2),
  shortage_products: sums.shortage,
  shortage_value: money(sums.shortageValue_e2),
  not_counted: sums.notCounted,
  not_counted_value: money(sums.notCountedValue_e2),
  aside,
});
