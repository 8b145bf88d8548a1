import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { login, type SignedIn } from "../../../accounts/login/login.ts";
import { logout } from "../../../accounts/login/logout.ts";
import { changeOwnPassword } from "../../../accounts/login/own-password.ts";
import { ROLES } from "../../../accounts/roles.ts";
import { causeOf, type Env, peerOf } from "../../env.ts";
import { open, requires } from "../../middleware/permissions.ts";
import { dropToken } from "../../middleware/session-cookie.ts";
import { instant } from "../../numbers.ts";
import { jsonBody, PROBLEMS, responses, text } from "../../schemas.ts";
import { answerToken, BY_COOKIE } from "./answer-token.ts";
import { OwnCompanySchema, ownCompanyView } from "./own-companies.ts";

/** Limits only what is hashed; the password policy is not applied here, because an old password may break today's. */
const Password = text(1_024).min(1);
const Token = z.string().openapi({ description: "JWT (HS256), 24 h" });

export const CredentialsSchema = z
  .object({
    email: text(254).trim().min(1),
    password: Password,
    company: z.int().positive().optional().openapi({
      description: "Para que empresa é o token; sem ela, a que a pessoa escolheu por último",
    }),
  })
  .openapi("Credentials");

export const SignedInSchema = z
  .object({
    id: z.int(),
    name: z.string().optional(),
    email: z.string(),
    role: z.enum(ROLES),
    active: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .openapi("User");

const Session = z
  .object({
    token: Token,
    user: SignedInSchema,
    companies: z
      .array(OwnCompanySchema)
      .openapi({ description: "As empresas da pessoa, pelo nome" }),
  })
  .openapi("Session");

const loginRoute = createRoute({
  method: "post",
  path: "/api/login",
  operationId: "login",
  tags: ["accounts"],
  summary: "Autentica com e-mail e senha",
  ...open,
  request: { body: jsonBody(CredentialsSchema) },
  responses: responses(200, Session, "O token e o usuário"),
});

const postLogin = defineOpenAPIRoute<typeof loginRoute, Env>({
  route: loginRoute,
  handler: async (c) => {
    const { ports, requestId } = c.var;
    const request = { requestId, peer: peerOf(c) };
    const { token, user, companies } = await login(ports, c.req.valid("json"), request);
    c.header("cache-control", "no-store");
    return c.json(
      { token, user: signedInView(user), companies: companies.map(ownCompanyView) },
      200,
    );
  },
});

export const signedInView = (user: SignedIn): z.infer<typeof SignedInSchema> => ({
  id: user.id,
  ...(user.name === null ? {} : { name: user.name }),
  email: user.email,
  role: user.role,
  active: user.active,
  created_at: instant(user.createdAt),
});

const logoutRoute = createRoute({
  method: "post",
  path: "/api/logout",
  operationId: "logout",
  tags: ["accounts"],
  summary: "Encerra todas as sessões do usuário",
  ...requires("self", "people"),
  responses: { 204: { description: "As sessões foram encerradas" }, default: PROBLEMS },
});

const postLogout = defineOpenAPIRoute<typeof logoutRoute, Env>({
  route: logoutRoute,
  handler: async (c) => {
    if (c.var.resumed === undefined) await logout(c.var.ports, causeOf(c));
    if (c.var.session !== undefined) dropToken(c);
    return c.body(null, 204);
  },
});

const PasswordChange = z
  .strictObject({
    current_password: Password,
    new_password: Password.openapi({
      description: "De 10 a 200 caracteres; não pode ser o e-mail nem um só caractere repetido",
    }),
  })
  .openapi("PasswordChange");

const passwordRoute = createRoute({
  method: "put",
  path: "/api/me/password",
  operationId: "changeOwnPassword",
  tags: ["accounts"],
  summary: "Troca a própria senha e encerra as outras sessões",
  ...requires("self", "people"),
  request: { body: jsonBody(PasswordChange) },
  responses: responses(
    200,
    z.object({ token: Token.optional().openapi({ description: BY_COOKIE }) }),
    "O novo token; os anteriores deixam de valer",
  ),
});

const putOwnPassword = defineOpenAPIRoute<typeof passwordRoute, Env>({
  route: passwordRoute,
  handler: async (c) => {
    const body = c.req.valid("json");
    const given = { current: body.current_password, next: body.new_password };
    const { ports, session } = c.var;
    const { token } = await changeOwnPassword(ports, given, causeOf(c), session);
    return answerToken(c, token);
  },
});

export const sessionRoutes = [postLogin, postLogout, putOwnPassword] as const;
