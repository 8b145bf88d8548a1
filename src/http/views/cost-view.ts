import { z } from "@hono/zod-openapi";
import type { CostedItem } from "../../ingest/cost/item-cost.ts";
import type { Credit } from "../../ingest/verdict/recoverable.ts";
import { CREDIT_REASONS } from "../../messages/pt-BR/documents/cost.ts";
import { money } from "../numbers.ts";
import { DestinationEnum } from "../schemas.ts";

const TaxEnum = z.enum(["icms", "icms_simples", "ipi", "pis", "cofins", "ibs", "cbs"]);

/** Signed amounts by code: `parts` add up to the landed cost. */
const CostSchema = z.object({
  parts: z.array(z.object({ code: z.string(), amount: z.number() })),
  landed_cost: z.number(),
  ipi_in_cost: z.number(),
  landed_without_ipi: z.number(),
});

/** The cost of an item from vProd on, and what became of each tax that its note states. */
export const ItemCostSchema = CostSchema.extend({
  destination: DestinationEnum,
  taxes: z.array(
    z.object({
      tax: TaxEnum,
      stated: z.number(),
      recovered: z.number(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
}).openapi("ItemCost");

/** Signed amounts of one cost, 1/10². `gift`: what is not paid. `recovered_…`: a tax that is taken back. */
type Amounts = ReadonlyMap<string, number>;

function amountsOf({ parts, credits, landed_e2 }: CostedItem): Amounts {
  const amounts = new Map<string, number>();
  let left = 0;
  const add = (code: string, e2: number): void => {
    amounts.set(code, (amounts.get(code) ?? 0) + e2);
    left += e2;
  };
  for (const { code, amount_e2 } of parts) add(code, amount_e2);
  for (const { tax, recovered_e2 } of credits)
    if (recovered_e2 !== 0) add(`recovered_${tax}`, -recovered_e2);
  if (left !== landed_e2) add("gift", landed_e2 - left);
  return amounts;
}

function costView(amounts: Amounts): z.infer<typeof CostSchema> {
  let landed_e2 = 0;
  for (const e2 of amounts.values()) landed_e2 += e2;
  // A gift costs nothing, its IPI neither.
  const ipi_e2 = amounts.has("gift")
    ? 0
    : (amounts.get("vIPI") ?? 0) + (amounts.get("recovered_ipi") ?? 0);
  return {
    parts: [...amounts].map(([code, e2]) => ({ code, amount: money(e2) })),
    landed_cost: money(landed_e2),
    ipi_in_cost: money(ipi_e2),
    landed_without_ipi: money(landed_e2 - ipi_e2),
  };
}

const creditView = ({ tax, stated_e2, recovered_e2, reason }: Credit) => ({
  tax,
  stated: money(stated_e2),
  recovered: money(recovered_e2),
  reason,
  message: CREDIT_REASONS[reason],
});

/** The cost of one item. */
export const itemCostView = (item: CostedItem): z.infer<typeof ItemCostSchema> => ({
  ...costView(amountsOf(item)),
  destination: item.destination,
  taxes: item.credits.map(creditView),
});

export const NoteCostSchema = z
  .object({
    access_key: z.string(),
    status: z.string(),
    tax_profile_version: z.int(),
    items: z.array(ItemCostSchema.extend({ n_item: z.int(), total_price: z.number() })),
    cost: CostSchema,
    taxes: z.array(z.object({ tax: TaxEnum, stated: z.number(), recovered: z.number() })),
    reconciliation: z.object({
      note_value: z.number(),
      parts_of_note: z.number(),
      difference: z.number(),
    }),
  })
  .openapi("NoteCost");

/** A note whose cost is shown. */
interface CostedNote {
  readonly accessKey: string;
  readonly status: string;
  readonly taxProfile: number;
  readonly totalValue_e2: number;
}

/** The cost of a note: of each item, of the whole, and beside vNF (the parts before any tax or gift is taken out). */
export function noteCostView(
  note: CostedNote,
  items: readonly (CostedItem & { readonly nItem: number })[],
): z.infer<typeof NoteCostSchema> {
  const whole = new Map<string, number>();
  const taxes = new Map<Credit["tax"], { stated_e2: number; recovered_e2: number }>();
  let parts_e2 = 0;
  for (const item of items) {
    for (const [code, e2] of amountsOf(item)) whole.set(code, (whole.get(code) ?? 0) + e2);
    for (const { amount_e2 } of item.parts) parts_e2 += amount_e2;
    for (const { tax, stated_e2, recovered_e2 } of item.credits) {
      const before = taxes.get(tax) ?? { stated_e2: 0, recovered_e2: 0 };
      taxes.set(tax, {
        stated_e2: before.stated_e2 + stated_e2,
        recovered_e2: before.recovered_e2 + recovered_e2,
      });
    }
  }
  const views = items.map((item) => ({
    n_item: item.nItem,
    total_price: money(item.total_e2),
    ...itemCostView(item),
  }));
  return {
    access_key: note.accessKey,
    status: note.status,
    tax_profile_version: note.taxProfile,
    items: views,
    cost: costView(whole),
    taxes: [...taxes].map(([tax, { stated_e2, recovered_e2 }]) => ({
      tax,
      stated: money(stated_e2),
      recovered: money(recovered_e2),
    })),
    reconciliation: {
      note_value: money(note.totalValue_e2),
      parts_of_note: money(parts_e2),
      difference: money(note.totalValue_e2 - parts_e2),
    },
  };
}
