import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { roleOfPerson } from "../../../accounts/actor.ts";
import type { AccountsFailure } from "../../../accounts/failures.ts";
import { companiesOf, inOrder, type OwnCompany } from "../../../accounts/login/memberships.ts";
import { switchCompany } from "../../../accounts/login/switch-company.ts";
import { acceptInvite } from "../../../accounts/people/invites.ts";
import { userOf } from "../../../accounts/people/users.ts";
import { ROLES } from "../../../accounts/roles.ts";
import { Failed } from "../../../lib/result.ts";
import { causeOf, type Env, peerOf } from "../../env.ts";
import { open, requires } from "../../middleware/permissions.ts";
import { jsonBody, responses, text } from "../../schemas.ts";
import { answerToken, BY_COOKIE } from "./answer-token.ts";

export const OwnCompanySchema = z
  .object({
    id: z.int(),
    name: z.string(),
    cnpjs: z.array(z.string()),
    role: z.enum(ROLES).openapi({ description: "O perfil da pessoa nesta empresa" }),
  })
  .openapi("OwnCompany");

export const ownCompanyView = (company: OwnCompany): z.infer<typeof OwnCompanySchema> => ({
  id: company.id,
  name: company.name,
  cnpjs: [...company.cnpjs],
  role: company.role,
});

const meRoute = createRoute({
  method: "get",
  path: "/api/me",
  operationId: "getMe",
  tags: ["accounts"],
  summary: "Quem faz esta chamada, em que empresa, e que outras pode escolher",
  ...requires("read", "people"),
  responses: responses(
    200,
    z
      .object({
        user: z.object({
          id: z.int(),
          name: z.string().nullable(),
          email: z.string(),
          role: z.enum(ROLES).openapi({ description: "Com que perfil esta chamada é feita" }),
        }),
        api_key: z.string().nullable().openapi({
          description: "O id da chave de API desta chamada; null: a pessoa entrou com a senha",
        }),
        company: OwnCompanySchema,
        companies: z.array(OwnCompanySchema).openapi({
          description: "As empresas da pessoa, pelo nome; com uma chave de API, só a dela",
        }),
      })
      .openapi("Me"),
    "A pessoa e as suas empresas",
  ),
});

const getMe = defineOpenAPIRoute<typeof meRoute, Env>({
  route: meRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { id, name, email } = await userOf(ports, actor.company, actor.userId);
    const all = inOrder(await companiesOf(ports, actor.userId));
    const here = all.filter((company) => company.id === actor.company);
    const [company] = here;
    // The membership may have ended since the request was authenticated.
    if (company === undefined) throw new Failed<AccountsFailure>({ code: "company.not_found" });
    c.header("cache-control", "no-store");
    return c.json(
      {
        user: { id, name, email, role: roleOfPerson(actor) },
        api_key: actor.keyId ?? null,
        company: ownCompanyView(company),
        companies: (actor.keyId === undefined ? all : here).map(ownCompanyView),
      },
      200,
    );
  },
});

const switchRoute = createRoute({
  method: "post",
  path: "/api/session/company",
  operationId: "switchCompany",
  tags: ["accounts"],
  summary: "Um token para outra empresa da mesma pessoa; o token desta chamada continua valendo",
  ...requires("self", "people"),
  request: {
    body: jsonBody(z.strictObject({ company: z.int().positive() }).openapi("CompanyChoice")),
  },
  responses: responses(
    200,
    z
      .object({ token: z.string().optional().openapi({ description: BY_COOKIE }) })
      .openapi("CompanyToken"),
    "O token, de 24 h; o próximo login começa nesta empresa",
  ),
});

const postSessionCompany = defineOpenAPIRoute<typeof switchRoute, Env>({
  route: switchRoute,
  handler: async (c) => {
    const { ports, session } = c.var;
    const { company } = c.req.valid("json");
    const { token } = await switchCompany(ports, company, causeOf(c), session);
    return answerToken(c, token);
  },
});

const acceptRoute = createRoute({
  method: "post",
  path: "/api/password/set",
  operationId: "setPasswordByLink",
  tags: ["accounts"],
  summary:
    "Usa o link de um convite: escolhe a senha, ou aceita outra empresa com a senha que já tem",
  ...open,
  request: {
    body: jsonBody(
      z
        .strictObject({ token: text(200).min(1), password: text(1_024).min(1) })
        .openapi("PasswordByLink"),
    ),
  },
  responses: responses(
    200,
    z
      .object({ email: z.string(), company: z.object({ id: z.int(), name: z.string() }) })
      .openapi("AcceptedInvite"),
    "A pessoa já pode entrar nesta empresa",
  ),
});

const postPasswordSet = defineOpenAPIRoute<typeof acceptRoute, Env>({
  route: acceptRoute,
  handler: async (c) => {
    const request = { requestId: c.var.requestId, peer: peerOf(c) };
    const accepted = await acceptInvite(c.var.ports, c.req.valid("json"), request);
    c.header("cache-control", "no-store");
    return c.json(accepted, 200);
  },
});

export const ownCompanyRoutes = [getMe, postSessionCompany, postPasswordSet] as const;
