import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { addDays, dayStart, today } from "../../../lib/days.ts";
import { expiringByDay, stockComposition } from "../../../stock/reports/composition.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { money, quantity } from "../../numbers.ts";
import { responses } from "../../schemas.ts";

/** Weeks of the lots that expire. */
const WEEKS = 12;

const part = {
  products: z.int().openapi({ description: "Produtos com saldo" }),
  value: z.number().openapi({ description: "Valor pelo custo médio" }),
};

export const CompositionSchema = z
  .object({
    categories: z
      .array(z.object({ id: z.int().nullable(), name: z.string().nullable(), ...part }))
      .openapi({ description: "Por categoria, a de maior valor primeiro; null: sem categoria" }),
    most_valuable: z
      .array(
        z.object({
          code: z.string(),
          name: z.string(),
          unit: z.string(),
          quantity: z.number(),
          value: z.number(),
        }),
      )
      .openapi({ description: "Os dez produtos de maior valor em estoque" }),
    ages: z
      .array(
        z.object({
          from_days: z.int().openapi({ description: "Sem movimento há tantos dias, ou mais" }),
          ...part,
        }),
      )
      .openapi({ description: "Pelos dias desde o último movimento, até a classe seguinte" }),
    expiring: z
      .array(
        z.object({
          from: z.iso.date(),
          lots: z.int(),
          value: z.number().openapi({ description: "Valor pelo custo médio do produto" }),
        }),
      )
      .openapi({ description: "Lotes que vencem, em doze semanas a partir de hoje" }),
  })
  .openapi("StockComposition");

const compositionRoute = createRoute({
  method: "get",
  path: "/api/dashboard/stock",
  operationId: "dashboardStock",
  tags: ["dashboard"],
  summary: "De que é feito o estoque: categorias, maiores valores, idade e vencimentos",
  ...requires("read"),
  responses: { ...responses(200, CompositionSchema, "A composição"), ...NOT_MODIFIED },
});

const getComposition = defineOpenAPIRoute<typeof compositionRoute, Env>({
  route: compositionRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const day = today(ports.clock.now(), timeZone);
    const tags = ["stock", "products", "categories"] as const;
    return cached(c, { tags, vary: { day, timeZone } }, async (signal) => {
      const { company } = actor;
      const made = await stockComposition(
        ports,
        company,
        dayStart(addDays(day, 1), timeZone),
        signal,
      );
      const until = addDays(day, WEEKS * 7);
      const days = await expiringByDay(ports, company, { from: day, until }, signal);
      return {
        categories: made.categories.map(({ id, name, products, value_e2 }) => ({
          id,
          name,
          products,
          value: money(value_e2),
        })),
        most_valuable: made.mostValuable.map(({ code, name, unit, quantity_e4, value_e2 }) => ({
          code,
          name,
          unit,
          quantity: quantity(quantity_e4),
          value: money(value_e2),
        })),
        ages: made.ages.map(({ fromDays, products, value_e2 }) => ({
          from_days: fromDays,
          products,
          value: money(value_e2),
        })),
        expiring: Array.from({ length: WEEKS }, (_, week) => {
          const from = addDays(day, week * 7);
          const end = addDays(from, 7);
          const within = [...days].filter(([on]) => on >= from && on < end).map(([, one]) => one);
          return {
            from,
            lots: within.reduce((sum, { lots }) => sum + lots, 0),
            value: money(within.reduce((sum, { value_e2 }) => sum + value_e2, 0n)),
          };
        }),
      };
    });
  },
});

export const compositionRoutes = [getComposition] as const;
