import { z } from "@hono/zod-openapi";
import type { Suggestion, SuggestionReason } from "../../ingest/supplier-items/suggest.ts";
import { SUGGESTION_SENTENCES } from "../../messages/pt-BR/documents/suggestions.ts";
import { factorView } from "../factor.ts";

export const SuggestionSchema = z
  .object({
    product_code: z.string(),
    product_name: z.string(),
    product_unit: z.string(),
    confidence: z.int(),
    reasons: z.array(
      z.object({
        code: z.enum(["gtin", "gtin_trib", "same_code", "gtin_of_item", "name"]),
        message: z.string(),
      }),
    ),
    factor_hint: z
      .object({
        factor: z.number(),
        factor_text: z.string(),
        from: z.enum(["same_unit", "unit_text", "tax_quantity"]),
      })
      .nullable(),
  })
  .openapi("ProductSuggestion");

/** A suggestion on the wire. */
export const suggestionView = ({
  product,
  confidence,
  reasons,
  factor,
}: Suggestion): z.infer<typeof SuggestionSchema> => ({
  product_code: product.code,
  product_name: product.name,
  product_unit: product.unit,
  confidence,
  reasons: reasons.map((reason) => ({ code: reason.code, message: sentenceOf(reason) })),
  factor_hint: factor === null ? null : { ...factorView(factor.value), from: factor.from },
});

function sentenceOf(reason: SuggestionReason): string {
  switch (reason.code) {
    case "gtin":
      return SUGGESTION_SENTENCES.gtin(reason.gtin);
    case "gtin_trib":
      return SUGGESTION_SENTENCES.gtinTrib(reason.gtin);
    case "same_code":
      return SUGGESTION_SENTENCES.sameCode(reason.unit);
    case "gtin_of_item":
      return SUGGESTION_SENTENCES.gtinOfItem(reason.supplier, reason.item);
    case "name":
      return SUGGESTION_SENTENCES.name(reason.score);
  }
}
