import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { sumOfLot, traceLot } from "../../../ingest/search/trace-lot.ts";
import { today } from "../../../lib/days.ts";
import { Failed } from "../../../lib/result.ts";
import type { LotFailure, StockFailure } from "../../../stock/failures.ts";
import { type Lot, listLots, lotsInAll } from "../../../stock/lots/list-lots.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { quantity } from "../../numbers.ts";
import { CursorLimit, CursorPagination, cursorAfter } from "../../request/count-params.ts";
import { DialectSchema, LotQuery, lotFilterOf } from "../../request/export-filters.ts";
import { PlaceCursor, placeCursor } from "../../request/lot-params.ts";
import { codeText, cursorOr, responses, text } from "../../schemas.ts";
import { CSV_TOO, csvInstead, wantsCsv } from "../../stream/csv-file.ts";
import {
  LotSchema,
  lotView,
  TracedLotSchema,
  TraceLineSchema,
  tracedLotView,
  traceLineView,
} from "../../views/lot-view.ts";

async function todayOf(c: Context<Env>): Promise<string> {
  const { ports, actor, versions } = c.var;
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return today(ports.clock.now(), timeZone);
}

const place = (lot: Lot) => placeCursor(lot.expiresOn, lot.product, lot.lot);
const afterOf = (cursor: readonly [string, string, string] | undefined) =>
  cursor === undefined ? undefined : { expiresOn: cursor[0], product: cursor[1], lot: cursor[2] };

const Page = z.object({ cursor: cursorOr(PlaceCursor), limit: CursorLimit });

const productLotsRoute = createRoute({
  method: "get",
  path: "/api/products/{code}/lots",
  operationId: "productLots",
  tags: ["stock"],
  summary: "Os lotes de um produto com saldo, o que vence primeiro antes",
  ...requires("read"),
  request: { params: z.object({ code: codeText(120).min(1) }), query: Page },
  responses: responses(
    200,
    z
      .object({
        product_code: z.string(),
        quantity: z.number(),
        without_lot: z.number(),
        data: z.array(LotSchema),
        pagination: CursorPagination,
      })
      .openapi("ProductLots"),
    "Uma página dos lotes, o saldo do produto e quanto dele não tem lote",
  ),
});

const getProductLots = defineOpenAPIRoute<typeof productLotsRoute, Env>({
  route: productLotsRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { code } = c.req.valid("param");
    const { cursor, limit } = c.req.valid("query");
    const inAll = await lotsInAll(ports, actor.company, code, signal);
    if (inAll === null)
      throw new Failed<StockFailure>({ code: "product.not_found", product_code: code });
    const page = { after: afterOf(cursor), limit };
    const lots = await listLots(ports, actor.company, { product: code }, page, signal);
    const day = await todayOf(c);
    return c.json(
      {
        product_code: code,
        quantity: quantity(inAll.balance_e4),
        without_lot: quantity(inAll.balance_e4 - inAll.inLots_e4),
        data: lots.map((lot) => lotView(lot, day)),
        pagination: cursorAfter(lots, limit, place),
      },
      200,
    );
  },
});

const listLotsRoute = createRoute({
  method: "get",
  path: "/api/lots",
  operationId: "listLots",
  tags: ["stock"],
  summary: "Os lotes com saldo, o mais urgente primeiro; vencidos ou perto de vencer",
  ...requires("read"),
  ...CSV_TOO,
  request: { query: Page.extend({ ...LotQuery.shape, dialect: DialectSchema }) },
  responses: responses(
    200,
    z.object({ data: z.array(LotSchema), pagination: CursorPagination }).openapi("Lots"),
    "Uma página de lotes",
  ),
});

const getLots = defineOpenAPIRoute<typeof listLotsRoute, Env>({
  route: listLotsRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { cursor, limit, dialect, ...filters } = c.req.valid("query");
    const day = await todayOf(c);
    const filter = lotFilterOf(filters, day);
    if (wantsCsv(c)) return csvInstead(c, dialect, () => ({ type: "lots", filter }));
    const lots = await listLots(
      ports,
      actor.company,
      filter,
      { after: afterOf(cursor), limit },
      signal,
    );
    return c.json(
      { data: lots.map((lot) => lotView(lot, day)), pagination: cursorAfter(lots, limit, place) },
      200,
    );
  },
});

const traceRoute = createRoute({
  method: "get",
  path: "/api/lots/{lot}/trace",
  operationId: "traceLot",
  tags: ["stock"],
  summary: "De onde um lote veio, para onde foi e o que ainda está aqui (recall)",
  ...requires("read"),
  request: {
    params: z.object({ lot: text(100).trim().min(1) }),
    query: Page.extend({
      product_code: codeText(120).optional(),
      supplier: text(20).optional(),
    }),
  },
  responses: responses(
    200,
    z
      .object({
        lot: z.string(),
        totals: z.array(TracedLotSchema),
        data: z.array(TraceLineSchema),
        pagination: CursorPagination,
      })
      .openapi("LotTrace"),
    "Uma página dos movimentos do lote, por produto, na ordem de lançamento",
  ),
});

const getTrace = defineOpenAPIRoute<typeof traceRoute, Env>({
  route: traceRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { lot } = c.req.valid("param");
    const { cursor, limit, product_code, supplier } = c.req.valid("query");
    const filter = {
      lot,
      product: product_code || undefined,
      supplier: supplier?.replaceAll(/[./\s-]/g, "").toUpperCase() || undefined,
    };
    const after =
      cursor === undefined
        ? undefined
        : { product: cursor[0], movement: Number(cursor[1]) || 0, expiresOn: cursor[2] };
    const lines = await traceLot(ports, actor.company, filter, { after, limit }, signal);
    const totals = await sumOfLot(ports, actor.company, filter, signal);
    if (totals.length === 0) throw new Failed<LotFailure>({ code: "lot.not_found", lot });
    return c.json(
      {
        lot,
        totals: totals.map(tracedLotView),
        data: lines.map(traceLineView),
        pagination: cursorAfter(lines, limit, (line) =>
          placeCursor(line.product, line.movement, line.expiresOn),
        ),
      },
      200,
    );
  },
});

export const lotRoutes = [getProductLots, getLots, getTrace] as const;
