import { z } from "@hono/zod-openapi";
import { unitValue } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import type { Movement } from "../../stock/reports/ledger.ts";
import { instant, money, quantity } from "../numbers.ts";

/** A movement with the fields of S.G.E.; quantity and costs are positive, `type` gives the direction. */
export const MovementSchema = z
  .object({
    id: z.int(),
    product_code: z.string(),
    product: z.object({ code: z.string(), name: z.string() }),
    type: z.enum(["ENTRADA", "SAIDA"]),
    quantity: z.number(),
    unit_cost: z.number().nullable().openapi({
      description: "total_cost (em centavos inteiros) dividido pela quantidade",
    }),
    total_cost: z.number().nullable(),
    batch_number: z.string().nullable(),
    expiration_date: z.string().nullable(),
    origin: z.string(),
    reference: z.string().nullable(),
    notes: z.string().nullable(),
    user_id: z.int().nullable(),
    user: z.object({ id: z.int(), name: z.string().nullable() }).nullable(),
    created_at: z.string(),
  })
  .openapi("Movement");

export function movementView(movement: Movement): z.infer<typeof MovementSchema> {
  const cost_e2 = movement.cost_e2;
  const unit = cost_e2 === null ? null : unitValue(cost_e2, movement.quantity_e4);
  return {
    id: movement.id,
    product_code: movement.product,
    product: { code: movement.product, name: movement.productName },
    type: movement.type,
    quantity: quantity(Math.abs(movement.quantity_e4)),
    unit_cost: unit === null ? null : exactNumber(unit),
    total_cost: cost_e2 === null ? null : money(Math.abs(cost_e2)),
    batch_number: movement.lot,
    expiration_date: movement.expiresOn,
    origin: movement.origin,
    reference: movement.reference,
    notes: movement.notes,
    user_id: movement.userId,
    user: movement.userId === null ? null : { id: movement.userId, name: movement.userName },
    created_at: instant(movement.createdAt),
  };
}
