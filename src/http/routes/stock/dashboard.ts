import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { heldLongBefore } from "../../../ingest/note/report-held-long.ts";
import { MOST_COUNTED } from "../../../ingest/search/note-counts.ts";
import { addDays, dayStart, today } from "../../../lib/days.ts";
import { exactNumber } from "../../../lib/exact-number.ts";
import type { Ports } from "../../../ports/ports.ts";
import { type AlertCounts, alertCounts } from "../../../reports/alert-counts.ts";
import { countExpiring } from "../../../stock/lots/list-lots.ts";
import {
  type DashboardDay,
  evolution,
  percentChange,
  stockFigures,
  type Trend,
  type TrendPeriod,
} from "../../../stock/reports/dashboard.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instantOrNull, money, quantity } from "../../numbers.ts";
import { responses } from "../../schemas.ts";
import { CostRiseSchema, costRisesSince } from "./cost-rises.ts";

/** Today in the company's time zone; with the ledger, the only input of these answers but the alerts. */
async function todayOf(c: Context<Env>, by: DashboardDay["by"] = "posted"): Promise<DashboardDay> {
  const { ports, actor, versions } = c.var;
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return { day: today(ports.clock.now(), timeZone), timeZone, by };
}

/** Of the stock, and of what the alerts count: notes held, mailboxes, webhooks, certificates and calls to the tax office. */
const STATS_TAGS = ["stock", "products", "nfes", "alerts"] as const;

/** The alerts that are not made of the stock, on one of the company's days. */
async function alertsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  { day, timeZone }: DashboardDay,
  heldDays: number,
  signal: AbortSignal,
): Promise<{ counts: AlertCounts; rises: z.infer<typeof CostRiseSchema>[] }> {
  const since = dayStart(addDays(day, -29), timeZone);
  const before = heldLongBefore(day, heldDays, timeZone);
  const counts = await alertCounts(ports, company, since, before, signal);
  const rises =
    counts.costRose === 0
      ? []
      : await costRisesSince(ports, company, { since, limit: NEWEST_RISES }, signal);
  return { counts, rises };
}

/** Of the costs that rose. */
const NEWEST_RISES = 5;

const ByQuery = z.object({
  by: z.enum(["issued", "posted"]).optional().openapi({
    description:
      "Conta cada movimento no dia em que aconteceu (issued) ou em que foi lançado (posted, o padrão)",
  }),
});

const figure = (description: string) => z.number().openapi({ description });

const EXITS =
  "Valor das saídas: o que cada uma tirou do valor do estoque (issued), ou o custo que se informou nela (posted)";

const TrendPeriodSchema = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    entries_value: figure("Valor das entradas, conforme o custo de cada movimento"),
    exits_value: figure(EXITS),
  })
  .openapi("TrendPeriod");

const TrendSchema = z
  .object({
    now: TrendPeriodSchema,
    before: TrendPeriodSchema,
    entries_percent: z.int().nullable(),
    exits_percent: z.int().nullable(),
  })
  .openapi("DashboardTrend", {
    description:
      "Este mês até hoje e os mesmos dias do mês anterior; quantos por cento a mais ou a menos, null quando antes não houve nada",
  });

const trendPeriod = ({ from, to, entered_e2, left_e2 }: TrendPeriod) => ({
  from,
  to,
  entries_value: money(entered_e2),
  exits_value: money(left_e2),
});

const trendOf = ({ now, before }: Trend) => ({
  now: trendPeriod(now),
  before: trendPeriod(before),
  entries_percent: percentChange(now.entered_e2, before.entered_e2),
  exits_percent: percentChange(now.left_e2, before.left_e2),
});

/** The fields of S.G.E. */
export const StatsSchema = z
  .object({
    total_items: figure(
      "Soma dos saldos, que são de unidades diferentes: serve só para acompanhar a variação",
    ),
    total_skus: figure("Produtos ativos"),
    entries_this_month: figure("Notas e lançamentos manuais que deram entrada neste mês"),
    low_stock_count: figure("Produtos abaixo do mínimo, também os que nunca tiveram movimento"),
    stock_wealth: figure("Valor do estoque pelo último custo"),
    stock_wealth_sale: figure("Valor do estoque pelo preço de venda"),
    stock_value: figure(
      "Valor do estoque pelo custo médio: a soma de stock_value de GET /api/stock",
    ),
    average_cost: figure("Custo médio por unidade dos produtos em estoque com custo conhecido"),
    idle_stock_count: figure("Produtos com saldo e sem movimento há 30 dias"),
    expired_lot_count: figure("Lotes com saldo que já venceram"),
    expiring_lot_count: figure("Lotes com saldo que vencem de hoje a 30 dias"),
    last_movement_at: z.string().nullable(),
    trend: TrendSchema,
    alerts: z
      .object({
        low: figure("Como low_stock_count"),
        expiring: figure("Como expiring_lot_count"),
        expired: figure("Como expired_lot_count"),
        cost_rose: figure(
          "Entradas com custo acima do limite (product.cost_rose), em 30 dias; conta até 1.000",
        ),
        held_long: figure("Notas com pendência há mais de alert_held_days dias; conta até 1.000"),
        mailboxes_failing: figure("Caixas de e-mail que não podem ser lidas há mais de uma hora"),
        webhooks_disabled: figure("Webhooks que o serviço desligou"),
        certificates_ending: figure(
          "Certificados A1 que terminam em até 30 dias ou terminaram, sem outro do mesmo CNPJ",
        ),
        sefaz_failing: figure(
          "CNPJs cuja busca na SEFAZ falha há mais de duas horas (sefaz.failing)",
        ),
      })
      .openapi("DashboardAlerts", { description: "O que espera por uma pessoa" }),
    waiting: z
      .object({
        ready: z.int().openapi({ description: "Pendentes sem pendência: podem ser aprovadas" }),
        held: z.int().openapi({ description: "Pendentes com alguma pendência" }),
      })
      .openapi("DashboardWaiting", {
        description: `Notas que esperam, contadas até ${MOST_COUNTED}`,
      }),
    cost_rises: z
      .array(CostRiseSchema)
      .openapi({ description: "Das entradas de alerts.cost_rose, as cinco mais novas" }),
  })
  .openapi("DashboardStats");

const statsRoute = createRoute({
  method: "get",
  path: "/api/dashboard/stats",
  operationId: "dashboardStats",
  tags: ["dashboard"],
  summary: "Mostra os indicadores do estoque hoje",
  ...requires("read"),
  request: { query: ByQuery },
  responses: { ...responses(200, StatsSchema, "Os indicadores"), ...NOT_MODIFIED },
});

const getStats = defineOpenAPIRoute<typeof statsRoute, Env>({
  route: statsRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const day = await todayOf(c, c.req.valid("query").by);
    const { heldDays } = await settingsOf(ports, actor.company, c.var.versions.settings);
    const key = { tags: STATS_TAGS, vary: { ...day, heldDays } };
    return cached(c, key, async (signal) => {
      const { counts, rises } = await alertsOf(ports, actor.company, day, heldDays, signal);
      const figures = await stockFigures(ports, actor.company, day, signal);
      const until = addDays(day.day, 30);
      const lots = await countExpiring(ports, actor.company, day.day, until, signal);
      return {
        total_items: quantity(figures.quantity_e4),
        total_skus: figures.activeProducts,
        entries_this_month: figures.entriesThisMonth,
        low_stock_count: figures.belowMinimum,
        stock_wealth: money(figures.costValue_e2),
        stock_wealth_sale: money(figures.saleValue_e2),
        stock_value: money(figures.averageValue_e2),
        average_cost: exactNumber(figures.averageCost ?? "0"),
        idle_stock_count: figures.idle,
        expired_lot_count: lots.expired,
        expiring_lot_count: lots.expiring,
        last_movement_at: instantOrNull(figures.lastMovementAt),
        trend: trendOf(figures.trend),
        alerts: {
          low: figures.belowMinimum,
          expiring: lots.expiring,
          expired: lots.expired,
          cost_rose: counts.costRose,
          held_long: counts.heldLong,
          mailboxes_failing: counts.mailboxesFailing,
          webhooks_disabled: counts.webhooksDisabled,
          certificates_ending: counts.certificatesEnding,
          sefaz_failing: counts.sefazFailing,
        },
        waiting: { ready: counts.ready, held: counts.held },
        cost_rises: rises,
      };
    });
  },
});

/** The fields of S.G.E., and the value of the movements. */
export const DaySchema = z
  .object({
    date: z.string(),
    entries: figure("Soma das quantidades que entraram, que são de unidades diferentes"),
    exits: figure("Soma das quantidades que saíram"),
    entries_value: figure("Valor das entradas, conforme o custo de cada movimento"),
    exits_value: figure(EXITS),
  })
  .openapi("DashboardDay");

const evolutionRoute = createRoute({
  method: "get",
  path: "/api/dashboard/evolution",
  operationId: "dashboardEvolution",
  tags: ["dashboard"],
  summary: "Mostra as entradas e saídas dos últimos 30 dias, dia a dia",
  ...requires("read"),
  request: { query: ByQuery },
  responses: {
    ...responses(200, z.array(DaySchema), "Trinta dias, do mais antigo a hoje"),
    ...NOT_MODIFIED,
  },
});

const getEvolution = defineOpenAPIRoute<typeof evolutionRoute, Env>({
  route: evolutionRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const day = await todayOf(c, c.req.valid("query").by);
    return cached(c, { tags: ["stock", "products"], vary: { ...day } }, async (signal) => {
      const days = await evolution(ports, actor.company, day, signal);
      return days.map((figures) => ({
        date: figures.day,
        entries: quantity(figures.entered_e4),
        exits: quantity(figures.left_e4),
        entries_value: money(figures.entered_e2),
        exits_value: money(figures.left_e2),
      }));
    });
  },
});

export const dashboardRoutes = [getStats, getEvolution] as const;
