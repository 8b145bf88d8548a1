import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import {
  suggestionsFor,
  type WaitingItem,
  waitingItems,
} from "../../../ingest/supplier-items/waiting-items.ts";
import { Failed } from "../../../lib/result.ts";
import type { SupplierItemFailure } from "../../../stock/failures.ts";
import { unitKey } from "../../../stock/supplier-items/unit.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, money, quantity } from "../../numbers.ts";
import { SupplierId } from "../../request/supplier-id.ts";
import { cursorText, WaitingCursorParam } from "../../request/waiting-cursor.ts";
import { codeText, cursorOr, pageRows, responses } from "../../schemas.ts";
import { SuggestionSchema, suggestionView } from "../../views/suggestion-view.ts";

export const WaitingItemSchema = z
  .object({
    supplier_cnpj: z.string(),
    supplier_name: z.string(),
    code: z.string(),
    unit: z.string(),
    unit_as_written: z.string(),
    name: z.string(),
    ncm: z.string().nullable(),
    barcode: z.string().nullable(),
    notes: z.int(),
    items: z.int(),
    quantity: z.number(),
    total_value: z.number(),
    oldest_note_at: z.string(),
    suggestions: z.array(SuggestionSchema),
  })
  .openapi("WaitingSupplierItem");

export const WaitingSchema = z
  .object({
    data: z.array(WaitingItemSchema),
    pagination: z.object({ limit: z.int(), next_cursor: z.string().nullable() }),
    complete: z.boolean(),
  })
  .openapi("WaitingSupplierItems");

const view = (item: WaitingItem): z.infer<typeof WaitingItemSchema> => ({
  supplier_cnpj: item.supplier,
  supplier_name: item.supplierName,
  code: item.code,
  unit: item.unitKey,
  unit_as_written: item.unit,
  name: item.name,
  ncm: item.ncm,
  barcode: item.barcode,
  notes: item.notes,
  items: item.items,
  quantity: quantity(item.totalQuantity_e4),
  total_value: money(item.totalValue_e2),
  oldest_note_at: instant(item.oldestMs),
  suggestions: item.suggestions.map(suggestionView),
});

const waitingRoute = createRoute({
  method: "get",
  path: "/api/supplier-items/waiting",
  operationId: "listWaitingSupplierItems",
  tags: ["stock"],
  summary:
    "Lista os itens de fornecedor sem de-para nas notas pendentes, do maior valor ao menor, com sugestões",
  ...requires("read"),
  request: {
    query: z.object({
      cursor: cursorOr(WaitingCursorParam),
      limit: pageRows(20, 50),
    }),
  },
  responses: responses(200, WaitingSchema, "Uma página dos itens"),
});

const getWaiting = defineOpenAPIRoute<typeof waitingRoute, Env>({
  route: waitingRoute,
  handler: async (c) => {
    const { ports, actor, versions, signal } = c.var;
    const { cursor, limit } = c.req.valid("query");
    const settings = await settingsOf(ports, actor.company, versions.settings);
    const page = { limit, after: cursor };
    const { items, next, complete } = await waitingItems(ports, settings, page, signal);
    const next_cursor = next === null ? null : cursorText(next);
    return c.json({ data: items.map(view), pagination: { limit, next_cursor }, complete }, 200);
  },
});

const SuggestionsSchema = z
  .object({
    supplier_cnpj: z.string(),
    code: z.string(),
    unit: z.string(),
    name: z.string(),
    ncm: z.string().nullable(),
    barcode: z.string().nullable(),
    suggestions: z.array(SuggestionSchema),
  })
  .openapi("SupplierItemSuggestions");

const suggestionsRoute = createRoute({
  method: "get",
  path: "/api/supplier-items/suggestions",
  operationId: "suggestSupplierItem",
  tags: ["stock"],
  summary: "Sugere produtos para um item de fornecedor, com confiança e motivo; nada é aplicado",
  ...requires("read"),
  request: {
    query: z.object({
      supplier_cnpj: SupplierId,
      code: codeText(60).trim().min(1),
      unit: codeText(6).trim().min(1),
    }),
  },
  responses: responses(200, SuggestionsSchema, "O item e as sugestões"),
});

const getSuggestions = defineOpenAPIRoute<typeof suggestionsRoute, Env>({
  route: suggestionsRoute,
  handler: async (c) => {
    const { ports, actor, versions, signal } = c.var;
    const { supplier_cnpj, code, ...query } = c.req.valid("query");
    const settings = await settingsOf(ports, actor.company, versions.settings);
    const unit = unitKey(query.unit, settings.units);
    const wanted = { supplier: supplier_cnpj, code, unit };
    const found = await suggestionsFor(ports, settings, wanted, signal);
    if (found === null)
      throw new Failed<SupplierItemFailure>({
        code: "supplier_item.not_found",
        supplier_cnpj,
        item_code: code,
        unit,
      });
    const { name, ncm, barcode } = found.item;
    const suggestions = found.suggestions.map(suggestionView);
    return c.json({ supplier_cnpj, code, unit, name, ncm, barcode, suggestions }, 200);
  },
});

export const waitingItemRoutes = [getWaiting, getSuggestions] as const;
