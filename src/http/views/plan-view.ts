import { z } from "@hono/zod-openapi";
import type { ApprovalPlan } from "../../ingest/approve/plan.ts";
import { factorView } from "../factor.ts";
import { money, quantity } from "../numbers.ts";
import { ItemCostSchema, itemCostView } from "./cost-view.ts";
import { lotsTaken, TakenLotSchema } from "./lot-view.ts";

export const PlanSchema = z
  .object({
    dry_run: z.literal(true),
    access_key: z.string(),
    already_processed: z.boolean(),
    items: z.array(
      z.object({
        n_item: z.int(),
        effect: z.enum(["entry", "exit", "none", "ask"]),
        product_code: z.string().nullable(),
        new_product: z.boolean(),
        factor: z.number(),
        factor_text: z.string(),
        stock_quantity: z.number(),
        event_quantity: z.number(),
        balance_before: z.number(),
        balance_after: z.number(),
        cost: ItemCostSchema,
      }),
    ),
    /** Of a complementary note: what each item adds to the cost of goods in stock. */
    costs: z
      .array(z.object({ n_item: z.int(), product_code: z.string(), amount: z.number() }))
      .optional(),
    lots: z.array(TakenLotSchema).optional(),
  })
  .openapi("ProcessPlan");

export function planView(plan: ApprovalPlan): z.infer<typeof PlanSchema> {
  return {
    dry_run: true,
    access_key: plan.accessKey,
    already_processed: plan.alreadyProcessed,
    items: plan.items.map((item) => ({
      n_item: item.nItem,
      effect: item.effect,
      product_code: item.product,
      new_product: item.product === null && (item.effect === "entry" || item.effect === "exit"),
      ...factorView(item.factor),
      stock_quantity: quantity(item.stockQuantity_e4),
      event_quantity: quantity(item.eventQuantity_e4),
      balance_before: quantity(item.balanceBefore_e4),
      balance_after: quantity(item.balanceAfter_e4),
      cost: itemCostView(item.cost),
    })),
    ...lotsTaken(plan.lots),
    ...(plan.costs.length === 0 ? {} : { costs: plan.costs.flatMap(costsView) }),
  };
}

const costsView = ({ nItem, shares }: ApprovalPlan["costs"][number]) =>
  shares.map(({ product, amount_e2 }) => ({
    n_item: nItem,
    product_code: product,
    amount: money(amount_e2),
  }));
