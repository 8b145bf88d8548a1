import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { VERSION } from "../../../version.ts";
import type { Env } from "../../env.ts";
import { open } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";

const HealthSchema = z.object({ status: z.literal("ok"), version: z.string() }).openapi("Health");

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  operationId: "health",
  tags: ["operations"],
  summary: "O processo responde",
  ...open,
  responses: {
    200: {
      description: "Mostra se o processo responde",
      content: { "application/json": { schema: HealthSchema } },
    },
  },
});

const getHealth = defineOpenAPIRoute<typeof healthRoute, Env>({
  route: healthRoute,
  handler: (c) => c.json({ status: "ok" as const, version: VERSION }, 200),
});

const FullHealthSchema = z
  .object({
    status: z.enum(["ok", "error", "stopping"]),
    version: z.string(),
    timestamp: z.string(),
    database: z.enum(["connected", "disconnected"]),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        detail: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
  })
  .openapi("FullHealth");

const FULL_ANSWER = { "application/json": { schema: FullHealthSchema } };

const fullHealthRoute = createRoute({
  method: "get",
  path: "/api/health/full",
  operationId: "fullHealth",
  tags: ["operations"],
  summary:
    "Mostra o estado do banco de dados, das filas e dos leitores; 503 quando não pode atender",
  ...open,
  responses: {
    200: { description: "Pode atender", content: FULL_ANSWER },
    503: { description: "Não pode atender", content: FULL_ANSWER },
  },
});

const getFullHealth = defineOpenAPIRoute<typeof fullHealthRoute, Env>({
  route: fullHealthRoute,
  handler: async (c) => {
    const { ports } = c.var;
    const checks = await ports.health.check(c.var.signal);
    const stopping = ports.stopping.aborted;
    const serving = !stopping && checks.every((check) => check.ok);
    const faulty = stopping ? ("stopping" as const) : ("error" as const);
    const answer = {
      status: serving ? ("ok" as const) : faulty,
      version: VERSION,
      timestamp: instant(ports.clock.now()),
      database: checks.some((check) => check.name === "database" && !check.ok)
        ? ("disconnected" as const)
        : ("connected" as const),
      checks,
    };
    return serving ? c.json(answer, 200) : c.json(answer, 503);
  },
});

export const healthRoutes = [getHealth, getFullHealth] as const;
