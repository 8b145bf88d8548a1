import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { cancelCount } from "../../../stock/counting/cancel-count.ts";
import { closeCount, failIfNotClosable } from "../../../stock/counting/close-count.ts";
import { findCount, listCounts, progressOf } from "../../../stock/counting/counts.ts";
import { MOST_CODES, openCount, type Scope } from "../../../stock/counting/open-count.ts";
import { countedPage, notCountedPage, summaryOf } from "../../../stock/counting/review.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  CountIdParam,
  CursorLimit,
  CursorPagination,
  cursorAfter,
} from "../../request/count-params.ts";
import { ProductCursor, productCursor } from "../../request/lot-params.ts";
import { codeText, cursorOr, DryRun, jsonBody, responses, text } from "../../schemas.ts";
import {
  CountDetailSchema,
  CountedProductSchema,
  CountSchema,
  CountSumsSchema,
  countDetailView,
  countedProductView,
  countSumsView,
  countView,
  NotCountedSchema,
  notCountedView,
} from "../../views/count-view.ts";

const named = {
  name: text(120).trim().min(1),
  note: text(500)
    .trim()
    .nullish()
    .transform((given) => given || null),
};

const CountOrderSchema = z
  .discriminatedUnion("scope", [
    z.strictObject({ ...named, scope: z.literal("all") }),
    z.strictObject({
      ...named,
      scope: z.literal("category"),
      category_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
    }),
    z.strictObject({ ...named, scope: z.literal("location"), location: text(120).min(1) }),
    z.strictObject({
      ...named,
      scope: z.literal("products"),
      product_codes: z.array(codeText(120).min(1)).min(1).max(MOST_CODES),
    }),
  ])
  .openapi("CountOrder");

function scopeOf(order: z.infer<typeof CountOrderSchema>): Scope {
  if (order.scope === "category") return { kind: "category", categoryId: order.category_id };
  if (order.scope === "location") return { kind: "location", location: order.location };
  if (order.scope === "products")
    return { kind: "products", codes: [...new Set(order.product_codes)] };
  return { kind: "all" };
}

const openRoute = createRoute({
  method: "post",
  path: "/api/counts",
  operationId: "openCount",
  tags: ["counts"],
  summary: "Abre uma contagem (inventário) de tudo, de uma categoria, de um local ou de uma lista",
  ...requires("manage"),
  request: { body: jsonBody(CountOrderSchema) },
  responses: responses(
    201,
    z.object({ message: z.string(), count: CountSchema }).openapi("CountOpened"),
    "A contagem aberta",
  ),
});

const postCount = defineOpenAPIRoute<typeof openRoute, Env>({
  route: openRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const order = c.req.valid("json");
    const { name, note } = order;
    const id =
      c.var.resumed?.id ??
      (await openCount(ports, { name, note, scope: scopeOf(order) }, causeOf(c), signal));
    const count = await findCount(ports, actor.company, id);
    return c.json({ message: "Contagem aberta", count: countView(count) }, 201);
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/counts",
  operationId: "listCounts",
  tags: ["counts"],
  summary: "Lista as contagens, da mais nova à mais antiga",
  ...requires("read"),
  request: { query: z.object({ cursor: cursorOr(codeText(64)), limit: CursorLimit }) },
  responses: responses(
    200,
    z.object({ data: z.array(CountSchema), pagination: CursorPagination }),
    "Uma página de contagens",
  ),
});

const getCounts = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const { ports, actor, signal } = c.var;
    const counts = await listCounts(ports, actor.company, { before: cursor, limit }, signal);
    return c.json(
      { data: counts.map(countView), pagination: cursorAfter(counts, limit, ({ id }) => id) },
      200,
    );
  },
});

const readRoute = createRoute({
  method: "get",
  path: "/api/counts/{id}",
  operationId: "getCount",
  tags: ["counts"],
  summary: "Uma contagem, com quantos produtos já têm linha e quantas linhas estão separadas",
  ...requires("read"),
  request: { params: CountIdParam },
  responses: responses(200, CountDetailSchema, "A contagem"),
});

const getCount = defineOpenAPIRoute<typeof readRoute, Env>({
  route: readRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { id } = c.req.valid("param");
    const count = await findCount(ports, actor.company, id, signal);
    return c.json(countDetailView(count, await progressOf(ports, actor.company, id, signal)), 200);
  },
});

const ReviewSchema = z
  .object({
    count_id: z.string(),
    sums: CountSumsSchema.optional(),
    greatest: z.array(CountedProductSchema).optional(),
    data: z.array(z.union([CountedProductSchema, NotCountedSchema])),
    pagination: CursorPagination,
  })
  .openapi("CountReview");

const reviewRoute = createRoute({
  method: "get",
  path: "/api/counts/{id}/review",
  operationId: "reviewCount",
  tags: ["counts"],
  summary:
    "Confere uma contagem: contado, esperado e diferença em quantidade e valor; a primeira página traz as somas",
  ...requires("read"),
  request: {
    params: CountIdParam,
    query: z.object({
      show: z.enum(["counted", "not_counted"]).default("counted"),
      cursor: cursorOr(ProductCursor),
      limit: CursorLimit,
    }),
  },
  responses: responses(200, ReviewSchema, "Uma página da conferência"),
});

const getReview = defineOpenAPIRoute<typeof reviewRoute, Env>({
  route: reviewRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { company } = actor;
    const { id } = c.req.valid("param");
    const { show, cursor, limit } = c.req.valid("query");
    await findCount(ports, company, id, signal);
    const range = { after: cursor ?? "", limit };
    const [data, pagination] =
      show === "counted"
        ? await countedPage(ports, company, id, range, signal).then(
            (rows) =>
              [
                rows.map(countedProductView),
                cursorAfter(rows, limit, (row) => productCursor(row.product)),
              ] as const,
          )
        : await notCountedPage(ports, company, id, range, signal).then(
            (rows) =>
              [
                rows.map(notCountedView),
                cursorAfter(rows, limit, (row) => productCursor(row.product)),
              ] as const,
          );
    if (cursor !== undefined) return c.json({ count_id: id, data: [...data], pagination }, 200);
    return c.json(
      {
        count_id: id,
        ...(await summaryView(c.var, id)),
        data: [...data],
        pagination,
      },
      200,
    );
  },
});

async function summaryView({ ports, actor, signal }: Env["Variables"], id: string) {
  const { aside } = await progressOf(ports, actor.company, id, signal);
  const { sums, greatest } = await summaryOf(ports, actor.company, id, signal);
  return { sums: countSumsView(sums, aside), greatest: greatest.map(countedProductView) };
}

const Reason = text(500).trim().min(3);
const ClosedSchema = z
  .object({
    message: z.string(),
    state: z.enum(["closing", "closed"]),
    already_closed: z.boolean(),
    count: CountSchema,
  })
  .openapi("CountClosed");
const ClosePlanSchema = z
  .object({ dry_run: z.literal(true), sums: CountSumsSchema })
  .openapi("CountClosePlan");

const closeRoute = createRoute({
  method: "post",
  path: "/api/counts/{id}/close",
  operationId: "closeCount",
  tags: ["counts"],
  summary: "Fecha uma contagem: lança as diferenças no estoque, pelo custo médio",
  ...requires("manage"),
  request: {
    params: CountIdParam,
    query: z.object({ dry_run: DryRun }),
    body: jsonBody(z.strictObject({ missing: z.enum(["keep", "zero"]), reason: Reason })),
  },
  responses: responses(200, z.union([ClosedSchema, ClosePlanSchema]), "O fechamento"),
});

const postClose = defineOpenAPIRoute<typeof closeRoute, Env>({
  route: closeRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { id } = c.req.valid("param");
    if (c.req.valid("query").dry_run === true) {
      await failIfNotClosable(ports, actor.company, id, signal);
      const { sums } = await summaryView(c.var, id);
      return c.json({ dry_run: true as const, sums }, 200);
    }
    const order = c.req.valid("json");
    const { state, already } = await closeCount(ports, id, order, { cause: causeOf(c), signal });
    const count = await findCount(ports, actor.company, id);
    const message =
      state === "closing"
        ? "A contagem está sendo fechada"
        : already
          ? "A contagem já estava fechada"
          : "Contagem fechada";
    return c.json({ message, state, already_closed: already, count: countView(count) }, 200);
  },
});

const cancelRoute = createRoute({
  method: "post",
  path: "/api/counts/{id}/cancel",
  operationId: "cancelCount",
  tags: ["counts"],
  summary: "Cancela uma contagem aberta: nada é lançado",
  ...requires("manage"),
  request: { params: CountIdParam, body: jsonBody(z.strictObject({ reason: Reason })) },
  responses: responses(
    200,
    z.object({ message: z.string(), already_cancelled: z.boolean() }).openapi("CountCancelled"),
    "A contagem cancelada",
  ),
});

const postCancel = defineOpenAPIRoute<typeof cancelRoute, Env>({
  route: cancelRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const options = { reason, cause: causeOf(c), signal: c.var.signal };
    const done = await cancelCount(c.var.ports, id, options);
    return c.json(
      {
        message: done ? "Contagem cancelada" : "A contagem já estava cancelada",
        already_cancelled: !done,
      },
      200,
    );
  },
});

export const countRoutes = [
  postCount,
  getCounts,
  getCount,
  getReview,
  postClose,
  postCancel,
] as const;
