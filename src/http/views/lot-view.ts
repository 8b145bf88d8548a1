import { z } from "@hono/zod-openapi";
import type { TracedLot, TraceLine } from "../../ingest/search/trace-lot.ts";
import { daysUntil } from "../../lib/days.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import { NEVER, type TakenLot } from "../../stock/lots/keep-lots.ts";
import type { Lot } from "../../stock/lots/list-lots.ts";
import { instant, quantity } from "../numbers.ts";

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
  lots: readonly Omit<TakenLot, "movement">[] | undefined,
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

const dayOrNull = (expiresOn: string): string | null => (expiresOn === NEVER ? null : expiresOn);

export const LotSchema = z
  .object({
    product_code: z.string(),
    product: z.object({ code: z.string(), name: z.string() }),
    lot: z.string(),
    expires_on: z.string().nullable(),
    /** Below 0: expired. */
    days_left: z.int().nullable(),
    expired: z.boolean(),
    quantity: z.number(),
    unit: z.string(),
    value: z.number(),
    first_entry_at: z.string(),
  })
  .openapi("Lot");

/** A lot as of the company's day. */
export function lotView(lot: Lot, today: string): z.infer<typeof LotSchema> {
  const expires_on = dayOrNull(lot.expiresOn);
  return {
    product_code: lot.product,
    product: { code: lot.product, name: lot.productName },
    lot: lot.lot,
    expires_on,
    days_left: expires_on === null ? null : daysUntil(today, expires_on),
    expired: expires_on !== null && expires_on < today,
    quantity: quantity(lot.quantity_e4),
    unit: lot.unit,
    value: exactNumber(fromScaled(lot.value_e2, 2)),
    first_entry_at: instant(lot.firstEntryAt),
  };
}

export const TraceLineSchema = z
  .object({
    movement_id: z.int(),
    product_code: z.string(),
    expires_on: z.string().nullable(),
    type: z.enum(["ENTRADA", "SAIDA"]),
    quantity: z.number(),
    movement_quantity: z.number(),
    named: z.boolean(),
    origin: z.string(),
    reference: z.string().nullable(),
    notes: z.string().nullable(),
    undoes: z.int().nullable(),
    happened_at: z.string(),
    created_at: z.string(),
    note: z
      .object({
        access_key: z.string(),
        number: z.string(),
        series: z.string(),
        issued_by_us: z.boolean(),
        party: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
      })
      .nullable(),
  })
  .openapi("LotTraceLine");

export const traceLineView = (line: TraceLine): z.infer<typeof TraceLineSchema> => ({
  movement_id: line.movement,
  product_code: line.product,
  expires_on: dayOrNull(line.expiresOn),
  type: line.quantity_e4 > 0 ? "ENTRADA" : "SAIDA",
  quantity: quantity(Math.abs(line.quantity_e4)),
  movement_quantity: quantity(Math.abs(line.moved_e4)),
  named: line.named,
  origin: line.origin,
  reference: line.reference,
  notes: line.notes,
  undoes: line.undoes,
  happened_at: instant(line.happenedAt),
  created_at: instant(line.createdAt),
  note:
    line.note === null
      ? null
      : {
          access_key: line.note.accessKey,
          number: line.note.number,
          series: line.note.series,
          issued_by_us: line.note.issuedByUs,
          party:
            line.note.partyId === null
              ? null
              : { id: line.note.partyId, name: line.note.partyName },
        },
});

export const TracedLotSchema = z
  .object({
    product_code: z.string(),
    expires_on: z.string().nullable(),
    entered: z.number(),
    left: z.number(),
    here: z.number(),
  })
  .openapi("TracedLot");

export const tracedLotView = (lot: TracedLot): z.infer<typeof TracedLotSchema> => ({
  product_code: lot.product,
  expires_on: dayOrNull(lot.expiresOn),
  entered: quantity(lot.entered_e4),
  left: quantity(lot.left_e4),
  here: quantity(lot.here_e4),
});
