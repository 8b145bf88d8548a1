import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import {
  type Category,
  changeCategory,
  createCategory,
  deleteCategory,
  listCategories,
} from "../../../stock/catalog/categories.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { jsonBody, PROBLEMS, responses, text, wholeNumber } from "../../schemas.ts";

const CategorySchema = z
  .object({ id: z.int(), name: z.string(), parent_id: z.int().nullable() })
  .openapi("Category");

const name = text(80).trim().min(1);
const parent_id = z.int().min(1).nullish();
const NewCategory = z.strictObject({ name, parent_id }).openapi("NewCategory");
/** The id of the path counts: a client may send back the category that it was given. */
const CategoryBody = z
  .strictObject({ name, parent_id, id: z.int().optional() })
  .openapi("CategoryBody");

const Id = z.object({ id: wholeNumber(1) });

const view = ({ id, name: called, parentId }: Category): z.infer<typeof CategorySchema> => ({
  id,
  name: called,
  parent_id: parentId,
});

const listRoute = createRoute({
  method: "get",
  path: "/api/categories",
  operationId: "listCategories",
  tags: ["stock"],
  summary: "Lista todas as categorias, por nome, sem páginas",
  ...requires("read"),
  responses: {
    ...responses(200, z.array(CategorySchema), "As categorias"),
    ...NOT_MODIFIED,
  },
});

const getCategories = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: (c) =>
    cached(c, { tags: ["categories"], vary: {} }, async (signal) =>
      (await listCategories(c.var.ports, c.var.actor.company, signal)).map(view),
    ),
});

const createRouteOf = createRoute({
  method: "post",
  path: "/api/categories",
  operationId: "createCategory",
  tags: ["stock"],
  summary: "Cria uma categoria",
  ...requires("manage"),
  request: { body: jsonBody(NewCategory) },
  responses: responses(201, CategorySchema, "A categoria criada"),
});

const postCategory = defineOpenAPIRoute<typeof createRouteOf, Env>({
  route: createRouteOf,
  handler: async (c) => {
    const body = c.req.valid("json");
    const wanted = { name: body.name, parentId: body.parent_id ?? null };
    return c.json(view(await createCategory(c.var.ports, wanted, causeOf(c), c.var.signal)), 201);
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/api/categories/{id}",
  operationId: "putCategory",
  tags: ["stock"],
  summary: "Renomeia uma categoria; parent_id, se informado, a põe sob outra (null: sob nenhuma)",
  ...requires("manage"),
  request: { params: Id, body: jsonBody(CategoryBody) },
  responses: responses(200, CategorySchema, "A categoria"),
});

const putCategory = defineOpenAPIRoute<typeof putRoute, Env>({
  route: putRoute,
  handler: async (c) => {
    const body = c.req.valid("json");
    const { id } = c.req.valid("param");
    const change = { name: body.name, parentId: body.parent_id };
    const { ports, signal } = c.var;
    return c.json(view(await changeCategory(ports, id, change, causeOf(c), signal)), 200);
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/categories/{id}",
  operationId: "deleteCategory",
  tags: ["stock"],
  summary: "Exclui uma categoria que nenhum produto e nenhuma outra categoria usa",
  ...requires("manage"),
  request: { params: Id },
  responses: { 204: { description: "A categoria não existe mais" }, default: PROBLEMS },
});

const removeCategory = defineOpenAPIRoute<typeof deleteRoute, Env>({
  route: deleteRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    await deleteCategory(c.var.ports, id, causeOf(c), c.var.signal);
    return c.body(null, 204);
  },
});

export const categoryRoutes = [getCategories, postCategory, putCategory, removeCategory] as const;
