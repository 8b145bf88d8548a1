import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { addDays, zoneOffset } from "../../../lib/days.ts";
import { MOST_LISTED, movementReport } from "../../../stock/reports/movement-report.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { money, quantity } from "../../numbers.ts";
import { Day, responses } from "../../schemas.ts";
import { MovementSchema, movementView } from "../../views/movement-view.ts";

/** The longest period, in days. */
const MOST_DAYS = 366;

const Period = z
  .object({
    start_date: Day.openapi({ description: "O primeiro dia da movimentação, no fuso da empresa" }),
    end_date: Day.openapi({ description: "O último dia, que também conta; até 366 dias" }),
  })
  .refine(
    // A text that is no day has its own error.
    ({ start_date, end_date }) =>
      ![start_date, end_date].every((day) => Day.safeParse(day).success) ||
      (start_date <= end_date && end_date < addDays(start_date, MOST_DAYS)),
    {
      path: ["end_date"],
      message: `deve estar no período, que tem no máximo ${MOST_DAYS} dias`,
    },
  );

const SumsSchema = {
  entries_quantity: z.number(),
  exits_quantity: z.number(),
  entries_value: z.number(),
  exits_value: z.number(),
};

const ReportSchema = z
  .object({
    summary: z.object({
      total_entries_quantity: z.number(),
      total_exits_quantity: z.number(),
      net_quantity: z.number(),
      total_entries_value: z.number(),
      total_exits_value: z.number(),
      net_value: z.number(),
      total_movements: z.int(),
      unique_products: z.int(),
    }),
    timeline: z.array(z.object({ date: z.string(), ...SumsSchema })),
    detailed_movements: z.array(MovementSchema),
    truncated: z.boolean().openapi({
      description: `O período tem mais de ${MOST_LISTED} movimentos, e só os mais novos estão na lista`,
    }),
  })
  .openapi("MovementReport");

const reportRoute = createRoute({
  method: "get",
  path: "/api/reports/movements",
  operationId: "reportMovements",
  tags: ["stock"],
  summary: "Resume os movimentos de um período, dia a dia, e os lista",
  ...requires("read"),
  request: { query: Period },
  responses: { ...responses(200, ReportSchema, "O relatório"), ...NOT_MODIFIED },
});

const getReport = defineOpenAPIRoute<typeof reportRoute, Env>({
  route: reportRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const { start_date: first, end_date: last } = c.req.valid("query");
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const period = { first, last, timeZone };
    return cached(c, { tags: ["stock", "products", "users"], vary: period }, async (signal) => {
      const report = await movementReport(ports, actor.company, period, signal);
      const { total } = report;
      return {
        summary: {
          total_entries_quantity: quantity(total.entered_e4),
          total_exits_quantity: quantity(total.left_e4),
          net_quantity: quantity(total.entered_e4 - total.left_e4),
          total_entries_value: money(total.entered_e2),
          total_exits_value: money(total.left_e2),
          net_value: money(total.entered_e2 - total.left_e2),
          total_movements: report.movements,
          unique_products: report.products,
        },
        timeline: report.days.map((day) => ({
          date: withOffset(day.start, timeZone),
          entries_quantity: quantity(day.entered_e4),
          exits_quantity: quantity(day.left_e4),
          entries_value: money(day.entered_e2),
          exits_value: money(day.left_e2),
        })),
        detailed_movements: report.listed.map(movementView),
        truncated: report.movements > report.listed.length,
      };
    });
  },
});

/** An instant (ms UTC) in a time zone with its offset: `2026-11-28T00:00:00-03:00`. A bare day would be read as UTC. */
function withOffset(at: number, timeZone: string): string {
  const ahead = zoneOffset(timeZone)(at);
  const minutes = Math.abs(ahead) / 60_000;
  const two = (n: number) => String(n).padStart(2, "0");
  const offset = `${ahead < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
  return new Date(at + ahead).toISOString().slice(0, 19) + offset;
}

export const movementReportRoutes = [getReport] as const;
