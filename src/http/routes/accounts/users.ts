import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { changeUser, deactivateUser } from "../../../accounts/people/change-user.ts";
import { createUser } from "../../../accounts/people/create-user.ts";
import type { Invite } from "../../../accounts/people/invite.ts";
import { renewInvite } from "../../../accounts/people/invites.ts";
import { type CompanyUser, listUsers } from "../../../accounts/people/users.ts";
import { ROLES } from "../../../accounts/roles.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { jsonBody, PROBLEMS, responses, text, wholeNumber } from "../../schemas.ts";

export const UserSchema = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(ROLES),
    active: z.boolean(),
    accepted: z.boolean().openapi({
      description: "false: a pessoa foi convidada e ainda não aceitou; só ela pode aceitar",
    }),
    invited_until: z.iso.datetime().nullable().openapi({
      description: "Até quando vale o link que foi criado para a pessoa; null: não há link",
    }),
    created_at: z.iso.datetime(),
  })
  .openapi("CompanyUser");

export const InviteSchema = z
  .object({
    token: z.string().openapi({ description: "Para POST /api/password/set; vale uma só vez" }),
    expires_at: z.iso.datetime(),
  })
  .openapi("Invite");

const view = (user: CompanyUser): z.infer<typeof UserSchema> => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  active: user.active,
  accepted: user.isAccepted,
  invited_until: instantOrNull(user.invitedUntil),
  created_at: instant(user.createdAt),
});

const inviteView = ({ token, expiresAt }: Invite): z.infer<typeof InviteSchema> => ({
  token,
  expires_at: instant(expiresAt),
});

/** S.G.E. asks for an `@` and a point; an address is not proven by its form. */
const Email = text(254)
  .trim()
  .toLowerCase()
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "deve ser um endereço de e-mail");

/** An empty name is none. */
const Name = text(120)
  .trim()
  .nullish()
  .transform((name) => (name === "" ? null : name));

const NewUserSchema = z
  .object({
    name: Name,
    email: Email,
    password: text(1_024).nullish(),
    role: z.enum(ROLES),
    invite: z.boolean().optional().openapi({
      description: "true, ou sem password: a pessoa escolhe a senha com o link da resposta",
    }),
  })
  .openapi("NewUser");

const UserChangeSchema = z
  .object({
    name: Name,
    email: Email.optional(),
    password: text(1_024).nullish().openapi({ description: "Vazia: a senha fica como está" }),
    role: z.enum(ROLES).optional(),
    active: z.boolean().optional(),
  })
  .openapi("UserChange");

const IdParam = z.object({ id: wholeNumber(1) });

const listRoute = createRoute({
  method: "get",
  path: "/api/users",
  operationId: "listUsers",
  tags: ["accounts"],
  summary: "Lista os usuários da empresa, também os inativos",
  ...requires("administer", "people"),
  responses: responses(200, z.array(UserSchema), "Os usuários, do mais antigo ao mais novo"),
});

const getUsers = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const users = await listUsers(c.var.ports, c.var.actor.company);
    return c.json(users.map(view), 200);
  },
});

const createRouteOfUsers = createRoute({
  method: "post",
  path: "/api/users",
  operationId: "createUser",
  tags: ["accounts"],
  summary: "Cria um usuário da empresa, ou convida uma pessoa",
  ...requires("administer", "people"),
  request: { body: jsonBody(NewUserSchema) },
  responses: responses(
    201,
    UserSchema.extend({ invite: InviteSchema.nullable() }).openapi("CreatedUser"),
    "O usuário; o link do convite não será mostrado de novo",
  ),
});

const postUser = defineOpenAPIRoute<typeof createRouteOfUsers, Env>({
  route: createRouteOfUsers,
  handler: async (c) => {
    const { name, email, role, ...given } = c.req.valid("json");
    const password = given.invite === true ? null : (given.password ?? null);
    const asked = { name: name ?? null, email, password, role };
    const { user, invite } = await createUser(c.var.ports, asked, causeOf(c));
    c.header("cache-control", "no-store");
    return c.json({ ...view(user), invite: invite && inviteView(invite) }, 201);
  },
});

const changeRoute = createRoute({
  method: "put",
  path: "/api/users/{id}",
  operationId: "changeUser",
  tags: ["accounts"],
  summary: "Altera um usuário: só o que foi enviado",
  ...requires("administer", "people"),
  request: { params: IdParam, body: jsonBody(UserChangeSchema) },
  responses: responses(200, UserSchema, "O usuário alterado"),
});

const putUser = defineOpenAPIRoute<typeof changeRoute, Env>({
  route: changeRoute,
  handler: async (c) => {
    const { password, ...change } = c.req.valid("json");
    const given = { ...change, ...(password ? { password } : {}) };
    const user = await changeUser(c.var.ports, c.req.valid("param").id, given, causeOf(c));
    return c.json(view(user), 200);
  },
});

const deactivateRoute = createRoute({
  method: "delete",
  path: "/api/users/{id}",
  operationId: "deactivateUser",
  tags: ["accounts"],
  summary: "Desativa um usuário da empresa; repetir não muda nada",
  ...requires("administer", "people"),
  request: { params: IdParam },
  responses: { 204: { description: "O usuário está inativo" }, default: PROBLEMS },
});

const deleteUser = defineOpenAPIRoute<typeof deactivateRoute, Env>({
  route: deactivateRoute,
  handler: async (c) => {
    await deactivateUser(c.var.ports, c.req.valid("param").id, causeOf(c));
    return c.body(null, 204);
  },
});

const inviteRoute = createRoute({
  method: "post",
  path: "/api/users/{id}/invite",
  operationId: "inviteUser",
  tags: ["accounts"],
  summary:
    "Cria um novo link, de convite ou para trocar a senha esquecida; o anterior deixa de valer",
  ...requires("administer", "people"),
  request: { params: IdParam },
  responses: responses(201, InviteSchema, "O link; não será mostrado de novo"),
});

const postInvite = defineOpenAPIRoute<typeof inviteRoute, Env>({
  route: inviteRoute,
  handler: async (c) => {
    const invite = await renewInvite(c.var.ports, c.req.valid("param").id, causeOf(c));
    c.header("cache-control", "no-store");
    return c.json(inviteView(invite), 201);
  },
});

export const userRoutes = [getUsers, postUser, putUser, deleteUser, postInvite] as const;
