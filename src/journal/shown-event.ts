import { z } from "zod";
import { trusted } from "../lib/cast.ts";
import { divideHalfUp, fromScaled } from "../lib/decimal.ts";
import { exactNumber } from "../lib/exact-number.ts";
import { type FeedEvent, formatCursor } from "./feed.ts";
import { type FeedEventOnWire, isMoving } from "./feed-events.ts";

/** An event of the feed as `GET /api/events`, the stream and webhooks show it. */
export const shownEvent = (event: FeedEvent): FeedEventOnWire =>
  // Events are written by their types alone (journal/feed-events.ts).
  trusted<FeedEventOnWire>({
    id: formatCursor(event.id),
    type: event.type,
    at: new Date(event.at).toISOString(),
    payload: isMoving(event.type)
      ? withMovements(event)
      : event.type === "product.cost_rose"
        ? withCosts(event)
        : event.payload,
  });

/** How many movements a write made, and the first of them (stock/posting/append-moved.ts). */
const Moved = z.tuple([
  z.int(),
  z.array(z.tuple([z.int(), z.string(), z.int(), z.int(), z.int()])),
]);

/** An event that was written before events carried movements is not complete. */
function withMovements({ type, payload }: FeedEvent): Record<string, unknown> {
  const { moved, ...rest } = payload;
  const [count, rows] = Moved.safeParse(moved).data ?? [1, []];
  return {
    ...(type === "nfe.processed" ? { number: "", supplier: "" } : {}),
    ...rest,
    movements: rows.map(([id, product_code, quantity_e4, after_e4, after_e2]) => ({
      id,
      product_code,
      type: quantity_e4 > 0 ? "ENTRADA" : quantity_e4 < 0 ? "SAIDA" : "VALOR",
      quantity: decimal(Math.abs(quantity_e4), 4),
      balance: decimal(after_e4, 4),
      stock_value: decimal(after_e2, 2),
    })),
    complete: count === rows.length,
  };
}

/** Cost (1/10²) and quantity (1/10⁴) of an entry, then value and quantity before it (stock/posting/risen-cost.ts). */
const Rise = z.tuple([z.int(), z.int(), z.int(), z.int()]);

function withCosts({ payload: { rise, ...rest } }: FeedEvent): Record<string, unknown> {
  const [cost, quantity, value, before] = Rise.parse(rise).map(BigInt);
  if (!cost || !quantity || !value || !before) return rest;
  return {
    ...rest,
    entry_cost: unitCost(cost, quantity),
    average_cost: unitCost(value, before),
    percent: Number((cost * before * 100n) / (value * quantity) - 100n),
  };
}

/** A value (1/10²) over a quantity (1/10⁴), with at most 4 places, half up. */
const unitCost = (value_e2: bigint, quantity_e4: bigint): number =>
  exactNumber(fromScaled(divideHalfUp(value_e2 * 1_000_000n, quantity_e4), 4));

/** A scaled integer as a JSON number with exactly its digits. */
const decimal = (scaled: number, places: number): number => exactNumber(fromScaled(scaled, places));
