import { z } from "@hono/zod-openapi";
import type { AddedCost } from "../../ingest/reverse/late-costs.ts";
import type { NoteCost } from "../../ingest/search/late-costs.ts";
import { instant, money } from "../numbers.ts";

/** `access_key`: the complementary note that brought it; null: a user did. `in_stock` is what stayed, `passed_on` the rest. */
export const NoteCostSchema = z
  .object({
    id: z.string(),
    access_key: z.string().nullable(),
    amount: z.number(),
    in_stock: z.number(),
    passed_on: z.number(),
    reason: z.string().nullable(),
    document: z.string().nullable(),
    happened_at: z.string(),
    created_at: z.string(),
    user_name: z.string().nullable(),
    reversed: z.boolean(),
  })
  .openapi("LateCost");

export const noteCostView = (cost: NoteCost): z.infer<typeof NoteCostSchema> => ({
  id: cost.id,
  access_key: cost.complement,
  amount: money(cost.amount_e2),
  in_stock: money(cost.amount_e2 - cost.passed_e2),
  passed_on: money(cost.passed_e2),
  reason: cost.reason,
  document: cost.document,
  happened_at: instant(cost.happenedAt),
  created_at: instant(cost.writtenAt),
  user_name: cost.userName,
  reversed: cost.reversed,
});

const ShareSchema = z.object({
  n_item: z.int(),
  product_code: z.string(),
  amount: z.number(),
  in_stock: z.number(),
  passed_on: z.number(),
});

export const AddedCostSchema = z
  .object({
    message: z.string(),
    access_key: z.string(),
    cost_id: z.string().nullable(),
    dry_run: z.boolean(),
    already_added: z.boolean(),
    amount: z.number(),
    items: z.array(ShareSchema),
  })
  .openapi("AddedCost");

export function addedCostView(
  accessKey: string,
  amount_e2: number,
  { id, alreadyAdded, shares }: AddedCost,
  dryRun: boolean,
): z.infer<typeof AddedCostSchema> {
  const added = dryRun ? "Simulação: nada foi gravado" : "Custo lançado";
  return {
    message: alreadyAdded ? "Este documento já foi lançado nesta nota" : added,
    access_key: accessKey,
    cost_id: dryRun && !alreadyAdded ? null : id,
    dry_run: dryRun,
    already_added: alreadyAdded,
    amount: money(amount_e2),
    items: shares.map((share) => ({
      n_item: share.nItem,
      product_code: share.product,
      amount: money(share.value_e2),
      in_stock: money(share.value_e2 - share.passed_e2),
      passed_on: money(share.passed_e2),
    })),
  };
}
