import { createRoute, defineOpenAPIRoute } from "@hono/zod-openapi";
import { findNote, itemsOf } from "../../../ingest/note/stored-note.ts";
import type { IngestFailure } from "../../../ingest/verdict/failures.ts";
import { Failed } from "../../../lib/result.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { AccessKeyParam, responses } from "../../schemas.ts";
import { NoteCostSchema, noteCostView } from "../../views/cost-view.ts";

const costRoute = createRoute({
  method: "get",
  path: "/api/nfes/{access_key}/cost",
  operationId: "getNfeCost",
  tags: ["nfe"],
  summary: "Mostra o custo de cada item e da nota, de vProd até o custo, e a diferença para o vNF",
  ...requires("read"),
  request: { params: AccessKeyParam },
  responses: responses(200, NoteCostSchema, "O custo"),
});

const getNoteCost = defineOpenAPIRoute<typeof costRoute, Env>({
  route: costRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { access_key } = c.req.valid("param");
    const note = await findNote(ports, actor.company, access_key, signal);
    if (note === null) throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key });
    const items = await itemsOf(ports, actor.company, note, signal);
    return c.json(noteCostView(note, items), 200);
  },
});

export const noteCostRoutes = [getNoteCost] as const;
