import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import type { Actor } from "../../../accounts/actor.ts";
import type { AccountsFailure } from "../../../accounts/failures.ts";
import { Failed } from "../../../lib/result.ts";
import { databaseGauges } from "../../../observability/database-gauges.ts";
import { EXPOSITION_TYPE, exposition } from "../../../observability/exposition.ts";
import type { Ports } from "../../../ports/ports.ts";
import { VERSION } from "../../../version.ts";
import type { Env } from "../../env.ts";
import { authenticated, bearerOf } from "../../middleware/auth.ts";
import { requires } from "../../middleware/permissions.ts";
import { PROBLEMS } from "../../schemas.ts";

/** The caller with METRICS_TOKEN: of no company, accepted at `/metrics` only. */
const SCRAPER: Actor = { company: 0, userId: 0, role: "ADMIN" };

/**
 * Authenticates `/metrics`: METRICS_TOKEN, which no other route accepts, or as under /api, so that an administrator's token or
 * API key works too, where there is one company. No rate limit: a refused scrape leaves a gap in every graph.
 */
export const authenticateScraper: MiddlewareHandler<Env> = async (c, next) => {
  const wanted = c.var.ports.config.METRICS_TOKEN;
  if (wanted === undefined || !(await timingSafeEqual(bearerOf(c), wanted)))
    return authenticated(c, next);
  c.set("actor", SCRAPER);
  await next();
};

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "metrics",
  tags: ["operations"],
  summary:
    "Métricas no formato do Prometheus; METRICS_TOKEN, ou um ADMIN onde há uma só empresa na instalação",
  ...requires("administer"),
  responses: {
    200: { description: "As métricas", content: { "text/plain": { schema: z.string() } } },
    default: PROBLEMS,
  },
});

/**
 * The metrics are of the whole installation: where several companies share it, an administrator of one may not see them.
 * Fails with `metrics.many_companies`.
 */
async function requireSingleCompany({ reader }: Ports, actor: Actor): Promise<void> {
  if (actor === SCRAPER) return;
  const companies = await reader.rows({ sql: "select 1 from companies limit 2", args: [] });
  if (companies.length > 1) throw new Failed<AccountsFailure>({ code: "metrics.many_companies" });
}

/** The metrics of this process; on Workers, where no process counts for the whole service, gauges from the database. */
const getMetrics = defineOpenAPIRoute<typeof metricsRoute, Env>({
  route: metricsRoute,
  handler: async (c) => {
    const { ports, signal, actor } = c.var;
    await requireSingleCompany(ports, actor);
    const exposed = (await ports.meter.exposition?.()) ?? {
      type: EXPOSITION_TYPE,
      text: exposition({
        sge_build_info: [{ labels: { version: VERSION }, value: 1 }],
        ...(await databaseGauges(ports, signal)),
      }),
    };
    return c.text(exposed.text, 200, { "content-type": exposed.type, "cache-control": "no-store" });
  },
});

export const metricsRoutes = [getMetrics] as const;
