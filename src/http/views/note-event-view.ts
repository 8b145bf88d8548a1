import { z } from "@hono/zod-openapi";
import type { NfeEventRow } from "../../ingest/search/notes.ts";
import { eventName } from "../../messages/pt-BR/documents/event-names.ts";
import type { Movement } from "../../stock/reports/ledger.ts";
import { instant } from "../numbers.ts";
import { EventEffectEnum } from "../schemas.ts";

export const NoteEventSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    name: z.string(),
    sequence: z.int(),
    effect: EventEffectEnum,
    withdrawn: z.object({ at: z.string(), reason: z.string() }).nullable(),
    c_stat: z.string(),
    at: z.string().nullable(),
    text: z.string().nullable(),
    received_at: z.string(),
    quantities: z.array(z.object({ n_item: z.int(), quantity: z.string(), unit: z.string() })),
    details: z.record(z.string(), z.string()),
    movements: z.array(z.int()),
  })
  .openapi("NoteEvent");

/** An event of a note, with the movements of the goods that it took out and of those that came back. */
export const noteEventView = (
  event: NfeEventRow,
  movements: readonly Pick<Movement, "id">[],
): z.infer<typeof NoteEventSchema> => ({
  id: event.registration,
  type: event.type,
  name: eventName(event.type),
  sequence: event.sequence,
  effect: event.withdrawnAt === null ? event.effect : "withdrawn",
  withdrawn:
    event.withdrawnAt === null
      ? null
      : { at: instant(event.withdrawnAt), reason: event.withdrawnReason ?? "" },
  c_stat: event.cStat,
  at: event.eventAt,
  text: event.text,
  received_at: instant(event.receivedAt),
  quantities: event.quantities.map(({ nItem, quantity: stated, unit }) => ({
    n_item: nItem,
    quantity: stated,
    unit,
  })),
  details: event.details,
  movements: movements.map(({ id }) => id),
});
