import { z } from "@hono/zod-openapi";
import type { RequestedCorrections } from "../../ingest/approve/resolve-corrections.ts";
import { HOLD_CODES } from "../../ingest/verdict/failures.ts";
import { nItemFrom } from "../../lib/item-number.ts";
import { FactorField } from "../factor.ts";
import { codeText, DestinationEnum, HoldCodeEnum } from "../schemas.ts";

/** The body of `POST …/process`: holds to override, and the user's product, factor, effect and destination for items. */
export const ProcessBody = z
  .strictObject({
    override: z.array(HoldCodeEnum).max(HOLD_CODES.length).optional(),
    items: z
      .array(
        z.strictObject({
          // nItem has up to three digits in the NF-e layout.
          n_item: z.int().min(1).max(999),
          product_code: codeText(120).trim().min(1).optional(),
          factor: FactorField.optional(),
          effect: z.enum(["entry", "exit", "none"]).optional(),
          destination: DestinationEnum.optional(),
        }),
      )
      .max(990)
      .optional(),
  })
  .openapi("ProcessBody");

export type CorrectionBody = z.infer<typeof ProcessBody>;

/** The body as the approval takes it; an empty one corrects nothing. */
export function correctionsOf(body: CorrectionBody): RequestedCorrections {
  return {
    override: [...new Set(body.override ?? [])],
    items: (body.items ?? []).map((item) => ({
      nItem: nItemFrom(item.n_item),
      product: item.product_code ?? null,
      factor: item.factor ?? null,
      effect: item.effect ?? null,
      destination: item.destination ?? null,
    })),
  };
}
