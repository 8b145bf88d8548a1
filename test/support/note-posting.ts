import type { Posting } from "../../src/stock/posting/posting.ts";

/** An item of a note of ours, with one movement: signed quantity (1/10⁴), cost (1/10²) of what enters. */
export interface PostedItem {
  readonly product: string;
  readonly quantity_e4: number;
  readonly cost_e2: number | null;
  readonly lot?: string | null;
  readonly expires_on?: string | null;
}

/** The n-th posting of the first company, `p<n>`: a note `k<n>` whose items have our codes and units, without factors. */
export const notePosting = (
  n: number,
  items: readonly PostedItem[],
  more: Partial<Pick<Posting, "happenedAt" | "day">> = {},
): Posting => ({
  company: 1,
  id: `p${n}`,
  origin: "NFE",
  reference: `k${n}`,
  supplier: "11222333000181",
  ownCodes: true,
  seen: [],
  lines: items.map(({ product, quantity_e4, cost_e2 }, i) => {
    const brings = quantity_e4 > 0 && cost_e2 !== null && cost_e2 > 0;
    return {
      n: i + 1,
      code: product,
      unit: "UN",
      name: product,
      spelling: "UN",
      barcode: null,
      ncm: null,
      stock_unit: "UN",
      factor_e4: 10_000,
      factor_divisor: 1,
      cost_e2: brings ? cost_e2 : null,
      cost_quantity_e4: brings ? quantity_e4 : null,
      product: null,
      saves_mapping: false,
      mapped: false,
      factor_is_manual: false,
    };
  }),
  entries: items.map(({ product, quantity_e4, cost_e2, lot = null, expires_on = null }, i) => ({
    code: product,
    unit: "UN",
    product: null,
    quantity_e4,
    cost_e2,
    lot,
    expires_on,
    line: i + 1,
    part: String(i + 1),
  })),
  userId: 11,
  at: 1_760_000_000_000 + n,
  happenedAt: 1_760_000_000_000 + n,
  day: "2025-10-09",
  guard: "select 1",
  ...more,
});
