import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { MOST_COUNTED, noteCounts } from "../../../ingest/search/note-counts.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { responses } from "../../schemas.ts";

const some = (description: string) => z.int().openapi({ description });

export const NoteCountsSchema = z
  .object({
    ready: some("Pendentes sem pendência: podem ser aprovadas"),
    held: some("Pendentes com alguma pendência"),
    processed: some("No estoque"),
    reversed: some("Estornadas"),
    cancelled: some("Canceladas"),
    discarded: some("Descartadas"),
  })
  .openapi("NoteCounts");

const countsRoute = createRoute({
  method: "get",
  path: "/api/nfes/counts",
  operationId: "countNfes",
  tags: ["nfe"],
  summary: `Conta as notas por situação, cada uma até ${MOST_COUNTED}`,
  ...requires("read"),
  responses: { ...responses(200, NoteCountsSchema, "As contagens"), ...NOT_MODIFIED },
});

const getNoteCounts = defineOpenAPIRoute<typeof countsRoute, Env>({
  route: countsRoute,
  handler: (c) =>
    cached(c, { tags: ["nfes"], vary: {} }, (signal) =>
      noteCounts(c.var.ports, c.var.actor.company, signal),
    ),
});

export const noteCountRoutes = [getNoteCounts] as const;
