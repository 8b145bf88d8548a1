import { z } from "@hono/zod-openapi";
import type { TakenLot } from "../../stock/lots/keep-lots.ts";
import { quantity } from "../numbers.ts";

export const TakenLotSchema = z
  .object({
    product_code: z.string(),
    lot: z.string(),
    expires_on: z.string().nullable(),
    quantity: z.number(),
  })
  .openapi("TakenLot");

/** The member `lots` of an answer: what its exits took of lots; none where they took of none. */
export const lotsTaken = (
  lots: readonly TakenLot[] | undefined,
): { lots?: z.infer<typeof TakenLotSchema>[] } =>
  lots === undefined || lots.length === 0
    ? {}
    : {
        lots: lots.map((one) => ({
          product_code: one.product,
          lot: one.lot,
          expires_on: one.expiresOn,
          quantity: quantity(one.quantity_e4),
        })),
      };
