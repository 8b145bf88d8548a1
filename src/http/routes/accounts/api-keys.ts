import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { prefixOf } from "../../../accounts/keys/api-key.ts";
import { createKey, type Key, listKeys, revokeKey } from "../../../accounts/keys/keys.ts";
import { KEY_ROLES } from "../../../accounts/roles.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import {
  jsonBody,
  offsetOf,
  PageQuery,
  PROBLEMS,
  paged,
  pageOf,
  responses,
  text,
} from "../../schemas.ts";

export const KeySchema = z
  .object({
    id: z.string(),
    prefix: z.string().openapi({ description: "O início da chave: sge_ e o id" }),
    name: z.string(),
    role: z.enum(KEY_ROLES),
    effective_role: z.enum(KEY_ROLES).nullable().openapi({
      description:
        "Com que perfil a chave age agora: o menor entre o dela e o de quem a criou; null: quem a criou está inativo ou perdeu esse direito, e ela não vale",
    }),
    created_at: z.iso.datetime(),
    created_by: z.int(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable().openapi({ description: "Com precisão de uma hora" }),
  })
  .openapi("ApiKey");

const view = (key: Key): z.infer<typeof KeySchema> => ({
  id: key.id,
  prefix: prefixOf(key.id),
  name: key.name,
  role: key.role,
  effective_role: key.effectiveRole,
  created_at: instant(key.createdAt),
  created_by: key.createdBy,
  expires_at: instantOrNull(key.expiresAt),
  last_used_at: instantOrNull(key.lastUsedAt),
});

const listRoute = createRoute({
  method: "get",
  path: "/api/keys",
  operationId: "listKeys",
  tags: ["accounts"],
  summary: "Lista as chaves de API que não foram revogadas",
  ...requires("administer", "people"),
  request: { query: PageQuery },
  responses: responses(200, pageOf(KeySchema), "As chaves, da mais nova à mais antiga"),
});

const getKeys = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    // A company has at most MAX_KEYS keys: all are read, and the page is cut here.
    const keys = await listKeys(c.var.ports, c.var.actor.company);
    const { offset, limit } = offsetOf(query);
    return c.json(paged(keys.slice(offset, offset + limit).map(view), query, keys.length), 200);
  },
});

const KeyBodySchema = z
  .strictObject({
    name: text(80).trim().min(1),
    role: z.enum(KEY_ROLES),
    expires_at: z.iso
      .datetime({ offset: true })
      .nullish()
      .transform((text) => (text ? Date.parse(text) : null)),
  })
  .openapi("ApiKeyOrder");

const createKeyRoute = createRoute({
  method: "post",
  path: "/api/keys",
  operationId: "createKey",
  tags: ["accounts"],
  summary: "Cria uma chave de API, mostrada uma única vez",
  ...requires("administer", "people"),
  request: { body: jsonBody(KeyBodySchema) },
  responses: responses(
    201,
    KeySchema.extend({ key: z.string() }).openapi("FreshApiKey"),
    "A chave; guarde-a, pois não será mostrada de novo",
  ),
});

const postKey = defineOpenAPIRoute<typeof createKeyRoute, Env>({
  route: createKeyRoute,
  handler: async (c) => {
    const { name, role, expires_at: expiresAt } = c.req.valid("json");
    const { key, made } = await createKey(c.var.ports, { name, role, expiresAt }, causeOf(c));
    c.header("cache-control", "no-store");
    return c.json({ ...view(made), key }, 201);
  },
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/api/keys/{id}",
  operationId: "revokeKey",
  tags: ["accounts"],
  summary: "Revoga uma chave de API; repetir não muda nada",
  ...requires("administer", "people"),
  request: { params: z.object({ id: z.string().max(40) }) },
  responses: { 204: { description: "A chave não vale mais" }, default: PROBLEMS },
});

const deleteKey = defineOpenAPIRoute<typeof revokeRoute, Env>({
  route: revokeRoute,
  handler: async (c) => {
    await revokeKey(c.var.ports, c.req.valid("param").id, causeOf(c));
    return c.body(null, 204);
  },
});

export const apiKeyRoutes = [getKeys, postKey, deleteKey] as const;
