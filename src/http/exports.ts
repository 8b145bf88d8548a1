import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { settingsOf } from "../accounts/settings.ts";
import { DIALECTS } from "../export/csv.ts";
import { exportMovements, exportStock, type Wanted } from "../export/download.ts";
import { zoneOffset } from "../lib/days.ts";
import { dayRange } from "./days.ts";
import type { Env } from "./env.ts";
import { asks } from "./permissions.ts";
import { Day, Flag, PROBLEMS, text } from "./schemas.ts";

/** How long a reader may pause; each page asked for renews it. */
const PATIENCE_S = 120;

const DialectQuery = z.object({
  dialect: z.enum(DIALECTS).default("br").openapi({
    description: "br: BOM, `;`, vírgula decimal (abre no Excel). rfc4180: sem BOM, `,`, ponto",
  }),
});

const csvAnswer = {
  200: {
    description: "O CSV, sem limite de linhas",
    content: { "text/csv": { schema: z.string() } },
  },
  default: PROBLEMS,
} as const;

const stockRoute = createRoute({
  method: "get",
  path: "/api/export/stock",
  operationId: "exportStock",
  tags: ["exports"],
  summary: "Exporta o estoque em CSV",
  ...asks("read"),
  request: {
    query: DialectQuery.extend({
      search: text(120).optional(),
      category_id: z.coerce.number().int().min(1).optional(),
      low: Flag.optional(),
    }),
  },
  responses: csvAnswer,
});

export const exportStockHere = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const { dialect, search, category_id: categoryId, low } = c.req.valid("query");
    const wanted = await wantedBy(c, dialect);
    const csv = await exportStock(c.var.ports, { search, categoryId, low }, wanted);
    return answer(c, "estoque", csv, wanted.timeZone);
  },
});

const movementsRoute = createRoute({
  method: "get",
  path: "/api/export/movements",
  operationId: "exportMovements",
  tags: ["exports"],
  summary: "Exporta os movimentos em CSV, do mais novo ao mais antigo",
  ...asks("read"),
  request: {
    query: DialectQuery.extend({
      product_code: text(120).optional(),
      type: z.enum(["ENTRADA", "SAIDA"]).optional(),
      from: Day.optional(),
      to: Day.optional(),
      origin: text(40).optional(),
      reference: text(120).optional(),
    }),
  },
  responses: csvAnswer,
});

export const exportMovementsHere = defineOpenAPIRoute<typeof movementsRoute, Env>({
  route: movementsRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    const wanted = await wantedBy(c, query.dialect);
    const filter = {
      product: query.product_code,
      type: query.type,
      origin: query.origin?.toUpperCase(),
      reference: query.reference?.replace(/^NFe(?=\d{6})/, ""),
      ...dayRange(query, wanted.timeZone),
    };
    return answer(
      c,
      "movimentacoes",
      await exportMovements(c.var.ports, filter, wanted),
      wanted.timeZone,
    );
  },
});

async function wantedBy(c: Context<Env>, dialect: Wanted["dialect"]): Promise<Wanted> {
  const { ports, actor, request, requestId, settingsVersion, signal } = c.var;
  const { timeZone } = await settingsOf(ports, actor.company, settingsVersion);
  return {
    company: actor.company,
    dialect,
    timeZone,
    requestId,
    signal,
    alive: () => ports.patience(request, PATIENCE_S),
  };
}

/** The stream under its name, e.g. `estoque_20261123_141500.csv`; gzip where the runtime can and the client asks for it. */
function answer(c: Context<Env>, name: string, csv: ReadableStream<Uint8Array>, timeZone: string) {
  const { clock, gzip } = c.var.ports;
  const now = clock.now();
  const local = new Date(now + zoneOffset(timeZone)(now)).toISOString();
  const [day, time] = local.slice(0, 19).replaceAll(/[-:]/g, "").split("T");
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name}_${day}_${time}.csv"`,
    "cache-control": "no-store",
  };
  if (gzip === undefined) return c.body(csv, 200, headers);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: ["gzip", "identity"],
    default: "identity",
  });
  const varied = { ...headers, vary: "Accept-Encoding" };
  return encoding === "gzip"
    ? c.body(gzip(csv), 200, { ...varied, "content-encoding": "gzip" })
    : c.body(csv, 200, varied);
}

export const exportRoutes = [exportStockHere, exportMovementsHere] as const;
