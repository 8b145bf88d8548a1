import { z } from "@hono/zod-openapi";
import type { EventReceipt } from "../../ingest/event/register-event.ts";
import { itemParts } from "../../ingest/note/lines.ts";
import type { Mapping } from "../../ingest/note/mapping.ts";
import type { NoteReceipt } from "../../ingest/note/receipt.ts";
import type { NoteCost } from "../../ingest/search/late-costs.ts";
import type {
  NfeEventRow,
  NoteItemRow,
  NoteRow,
  NoteSummary,
  ReferringNote,
} from "../../ingest/search/notes.ts";
import { divideHalfUp, unitValue } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Movement } from "../../stock/reports/ledger.ts";
import { decimalFactor, FACTOR_ONE, toStockUnits } from "../../stock/supplier-items/factor.ts";
import { factorView } from "../factor.ts";
import { instant, instantOrNull, money, quantity } from "../numbers.ts";
import { RULE_CODES } from "../own-failures.ts";
import {
  DirectionEnum,
  EventEffectEnum,
  FindingSchema,
  HoldSchema,
  NoteStatusEnum,
} from "../schemas.ts";
import { NoteCostSchema, noteCostView } from "./late-cost-view.ts";
import { lotsTaken, TakenLotSchema } from "./lot-view.ts";
import { MovementSchema, movementView } from "./movement-view.ts";
import { NoteEventSchema, noteEventView } from "./note-event-view.ts";
import {
  ReferenceSchema,
  ReferringSchema,
  referencesView,
  referringView,
} from "./reference-view.ts";

export const ReceiptSchema = z
  .object({
    message: z.string(),
    access_key: z.string(),
    total_items: z.int(),
    status: NoteStatusEnum,
    direction: DirectionEnum,
    holds: z.array(HoldSchema),
    findings: z.array(FindingSchema),
    lots: z.array(TakenLotSchema).optional(),
    completed: z.literal(true).optional(),
  })
  .openapi("NoteReceipt");

export const EventReceiptSchema = z
  .object({
    message: z.string(),
    event: z.object({
      type: z.string(),
      access_key: z.string(),
      effect: EventEffectEnum,
      id: z.string().optional(),
    }),
    findings: z.array(FindingSchema),
  })
  .openapi("EventReceipt");

const EVENT_MESSAGES = {
  cancelled:
    "Cancelamento registrado; a nota está cancelada, e o que ela lançou no estoque foi estornado",
  attached: "Evento anexado à nota",
  held: "O evento pede conferência: a nota fica com pendência ou, se já está no estoque, com aviso",
  waiting: "Evento guardado; a nota ainda não foi recebida",
  withdrawn: "Este evento foi retirado por uma pessoa da empresa; nada mudou",
} as const;

const NO_EFFECT_MESSAGES = {
  not_registered: "O evento não foi registrado pela SEFAZ; nada mudou",
  other_environment:
    "O evento não é do ambiente desta empresa (produção ou homologação); nada mudou",
  signature: "A empresa exige assinatura, e o evento não está assinado pelo autor dele; nada mudou",
  other_author:
    "O autor do evento não é quem pode fazê-lo (o emitente da chave, ou o destinatário da nota); nada mudou",
} as const;

/** A sentence for the user: what an event has done. */
export const eventMessage = ({ effect, why }: EventReceipt): string =>
  effect === "none" ? NO_EFFECT_MESSAGES[why ?? "not_registered"] : EVENT_MESSAGES[effect];

/** The answer to the upload of an event. */
export const eventReceiptView = (receipt: EventReceipt): z.infer<typeof EventReceiptSchema> => ({
  message: eventMessage(receipt),
  event: {
    type: receipt.type,
    access_key: receipt.accessKey,
    effect: receipt.effect,
    ...(receipt.id === undefined ? {} : { id: receipt.id }),
  },
  findings: [...(receipt.findings ?? [])],
});

/** The answer to the upload of a note. */
export function receiptView(receipt: NoteReceipt): z.infer<typeof ReceiptSchema> {
  return {
    message: receiptMessage(receipt),
    access_key: receipt.accessKey,
    total_items: receipt.totalItems,
    status: receipt.status,
    direction: receipt.direction,
    holds: [...receipt.holds],
    findings: [...receipt.findings],
    ...lotsTaken(receipt.lots),
    ...(receipt.completed ? { completed: true as const } : {}),
  };
}

/** A sentence for the user: what became of the note. */
export function receiptMessage(receipt: NoteReceipt): string {
  if (receipt.completed) return "NF-e completada com o protocolo de autorização";
  if (receipt.status === "PROCESSADA") return "NF-e registrada e lançada no estoque";
  if (receipt.holds.length > 0) return "NF-e registrada com pendências";
  return "NF-e registrada; aguarda aprovação";
}

export const NoteSummarySchema = z
  .object({
    access_key: z.string(),
    number: z.string(),
    series: z.string(),
    model: z.string(),
    supplier_name: z.string(),
    supplier_cnpj: z.string(),
    total_items: z.int(),
    total_value: z.number(),
    status: NoteStatusEnum,
    direction: DirectionEnum,
    holds: z.array(HoldSchema),
    issued_at: z.string(),
    received_at: z.string(),
    processed_at: z.string().openapi({
      description: "Quando a nota foi registrada, também enquanto é PENDENTE, como no S.G.E.",
    }),
    approved_at: z.string().nullable().openapi({
      description: "Quando a nota foi lançada no estoque; null antes disso",
    }),
  })
  .openapi("NoteSummary");

export function summaryView(note: NoteSummary): z.infer<typeof NoteSummarySchema> {
  return {
    access_key: note.accessKey,
    number: note.number,
    series: note.series,
    model: note.model,
    supplier_name: note.supplierName,
    supplier_cnpj: note.supplierId,
    total_items: note.totalItems,
    total_value: money(note.totalValue_e2),
    status: note.status,
    direction: note.direction,
    holds: note.holds,
    issued_at: note.issuedAt,
    received_at: instant(note.receivedAt),
    processed_at: instant(note.receivedAt),
    approved_at: instantOrNull(note.processedAt),
  };
}

const LotSchema = z.object({
  lot: z.string(),
  quantity: z.number(),
  made_on: z.string().nullable(),
  expires_on: z.string().nullable(),
});

export const NoteItemSchema = z
  .object({
    n_item: z.int(),
    code: z.string(),
    name: z.string(),
    quantity: z.number(),
    unit: z.string(),
    unit_price: z.number(),
    unit_price_text: z.string(),
    total_price: z.number(),
    ncm: z.string().nullable(),
    cfop: z.string(),
    barcode: z.string().nullable(),
    effect: z.enum(["entry", "exit", "none", "ask"]),
    product_code: z.string().nullable(),
    factor: z.number(),
    factor_text: z.string(),
    stock_quantity: z.number(),
    landed_cost: z.number(),
    landed_unit_cost: z.number().nullable(),
    lots: z.array(LotSchema),
  })
  .openapi("NoteItem");

/**
 * An item with its product and its quantity in stock: from its movements after approval, before that from the mapping of the
 * supplier's item.
 */
export function itemView(
  item: NoteItemRow,
  mapping: Mapping,
  movements: readonly Movement[],
): z.infer<typeof NoteItemSchema> {
  const mapped = mapping.find(item.code, item.unit);
  const mappedFactor = mapped?.factor ?? FACTOR_ONE;
  const mapped_e4 = toStockUnits(item.quantity_e4, mappedFactor);
  const moved_e4 = movements.reduce((sum, m) => sum + BigInt(Math.abs(m.quantity_e4)), 0n);
  const inStock_e4 = moved_e4 > 0n ? moved_e4 : mapped_e4;
  // A mapping that was changed after the approval applies to the next note only.
  const factor =
    inStock_e4 === mapped_e4
      ? mappedFactor
      : decimalFactor(Number(divideHalfUp(inStock_e4 * 10_000n, BigInt(item.quantity_e4))));
  const unitCost = unitValue(item.landed_e2, inStock_e4);
  return {
    n_item: item.nItem,
    code: item.code,
    name: item.name,
    quantity: quantity(item.quantity_e4),
    unit: item.unit,
    unit_price: exactNumber(plainNumber(item.unitPriceText)),
    unit_price_text: item.unitPriceText,
    total_price: money(item.total_e2),
    ncm: item.ncm,
    cfop: item.cfop,
    barcode: item.barcode,
    effect: item.effect,
    product_code: movements[0]?.product ?? mapped?.product ?? null,
    ...factorView(factor),
    stock_quantity: quantity(inStock_e4),
    landed_cost: money(item.landed_e2),
    landed_unit_cost: unitCost === null ? null : exactNumber(unitCost),
    lots: item.lots.map((lot) => ({
      lot: lot.lot,
      quantity: quantity(lot.quantity_e4),
      made_on: lot.made_on,
      expires_on: lot.expires_on,
    })),
  };
}

/** Without leading zeros, which the XML allows (`007.50`) and JSON does not. */
const plainNumber = (text: string): string => text.replace(/^0+(?=\d)/, "");

export const NoteDetailSchema = NoteSummarySchema.extend({
  items: z.array(NoteItemSchema),
  events: z.array(NoteEventSchema),
  movements: z.array(MovementSchema),
  late_costs: z.array(NoteCostSchema),
  references: z.array(ReferenceSchema),
  referenced_by: z.array(ReferringSchema),
  findings: z.array(FindingSchema),
  rules: z.array(
    z.object({
      rule: z.string().openapi({
        description: "Pode haver regras novas: mostre message",
        "x-extensible-enum": [...RULE_CODES],
      }),
      message: z.string(),
      items: z.array(z.int()).optional(),
    }),
  ),
  reason: z.string().nullable(),
}).openapi("NoteDetail");

export function detailView(
  note: NoteRow,
  items: readonly NoteItemRow[],
  events: readonly NfeEventRow[],
  movements: readonly (Movement & { part: string; event: string | null; posting: string })[],
  mapping: Mapping,
  referenced: ReadonlyMap<string, NoteStatus>,
  referencedBy: readonly ReferringNote[],
  costs: readonly NoteCost[],
): z.infer<typeof NoteDetailSchema> {
  // Earlier postings of a note that was reversed are no longer its quantities.
  const own = movements.filter(({ event, posting }) => event === null && posting === note.posting);
  const ofPart = Map.groupBy(own, (movement) => movement.part);
  const ofEvent = Map.groupBy(movements, ({ event }) => event);
  const parts = itemParts(items);
  return {
    ...summaryView(note),
    items: items.map((item) =>
      itemView(item, mapping, ofPart.get(parts.get(item.position) ?? "") ?? []),
    ),
    events: events.map((event) => noteEventView(event, ofEvent.get(event.registration) ?? [])),
    movements: movements.map(movementView),
    late_costs: costs.map(noteCostView),
    references: referencesView(note, referenced),
    referenced_by: referencedBy.map((one) => referringView(note.accessKey, one)),
    findings: note.findings,
    rules: note.rules.map(({ rule, message, items: ns }) => ({
      rule,
      message,
      ...(ns === undefined ? {} : { items: [...ns] }),
    })),
    reason: note.reason,
  };
}
