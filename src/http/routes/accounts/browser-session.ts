import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { AccountsFailure } from "../../../accounts/failures.ts";
import { endSession, openSession } from "../../../accounts/login/browser-session.ts";
import type { SignedIn } from "../../../accounts/login/login.ts";
import { companiesOf, inOrder, type OwnCompany } from "../../../accounts/login/memberships.ts";
import { userOf } from "../../../accounts/people/users.ts";
import { sessionExpiry } from "../../../accounts/token.ts";
import { Failed } from "../../../lib/result.ts";
import { causeOf, type Env, peerOf } from "../../env.ts";
import { open, requires } from "../../middleware/permissions.ts";
import { dropToken, keepToken, refuseForeign } from "../../middleware/session-cookie.ts";
import { instant } from "../../numbers.ts";
import { jsonBody, PROBLEMS, responses } from "../../schemas.ts";
import { OwnCompanySchema, ownCompanyView } from "./own-companies.ts";
import { CredentialsSchema, SignedInSchema, signedInView } from "./session.ts";

export const BrowserSessionSchema = z
  .object({
    user: SignedInSchema,
    company: OwnCompanySchema.openapi({ description: "A empresa em que a sessão está" }),
    companies: z
      .array(OwnCompanySchema)
      .openapi({ description: "As empresas da pessoa, pelo nome" }),
    expires_at: z.iso.datetime().openapi({
      description: "Quando a sessão termina, se o navegador não pedir mais nada",
    }),
  })
  .openapi("BrowserSession");

interface Shown {
  readonly user: SignedIn;
  readonly company: number;
  readonly companies: readonly OwnCompany[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

function sessionView({
  user,
  company,
  companies,
  expiresAt,
}: Shown): z.infer<typeof BrowserSessionSchema> {
  const here = companies.find(({ id }) => id === company);
  // The membership may have ended since the request was authenticated.
  if (here === undefined) throw new Failed<AccountsFailure>({ code: "company.not_found" });
  return {
    user: signedInView(user),
    company: ownCompanyView(here),
    companies: companies.map(ownCompanyView),
    expires_at: instant(expiresAt * 1_000),
  };
}

const openRoute = createRoute({
  method: "post",
  path: "/api/session",
  operationId: "openSession",
  tags: ["accounts"],
  summary: "Abre a sessão de um navegador, por cookie; só páginas deste sistema a abrem",
  ...open,
  request: { body: jsonBody(CredentialsSchema) },
  responses: responses(200, BrowserSessionSchema, "A sessão; o token vai só no cookie"),
});

const postSession = defineOpenAPIRoute<typeof openRoute, Env>({
  route: openRoute,
  handler: async (c) => {
    // Otherwise another page could sign its visitor in as another person.
    refuseForeign(c);
    const { ports, requestId } = c.var;
    const request = { requestId, peer: peerOf(c) };
    const opened = await openSession(ports, c.req.valid("json"), request);
    keepToken(c, opened.token, opened.session);
    c.header("cache-control", "no-store");
    const expiresAt = sessionExpiry(opened.session, ports.clock.now());
    return c.json(sessionView({ ...opened, expiresAt }), 200);
  },
});

/** The session of the request. Fails with `session.not_found` where a token was sent in a header. */
function sessionOfRequest({ session }: Env["Variables"]) {
  if (session === undefined) throw new Failed<AccountsFailure>({ code: "session.not_found" });
  return session;
}

const readRoute = createRoute({
  method: "get",
  path: "/api/session",
  operationId: "getSession",
  tags: ["accounts"],
  summary: "A sessão deste navegador",
  ...requires("self", "people"),
  responses: responses(200, BrowserSessionSchema, "A sessão"),
});

const getSession = defineOpenAPIRoute<typeof readRoute, Env>({
  route: readRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { expiresAt } = sessionOfRequest(c.var);
    const [user, companies] = await Promise.all([
      userOf(ports, actor.company, actor.userId),
      companiesOf(ports, actor.userId),
    ]);
    c.header("cache-control", "no-store");
    const shown = { user, company: actor.company, companies: inOrder(companies), expiresAt };
    return c.json(sessionView(shown), 200);
  },
});

const endRoute = createRoute({
  method: "delete",
  path: "/api/session",
  operationId: "endSession",
  tags: ["accounts"],
  summary: "Encerra a sessão deste navegador, e nenhuma outra",
  ...requires("self", "people"),
  responses: { 204: { description: "A sessão terminou" }, default: PROBLEMS },
});

const deleteSession = defineOpenAPIRoute<typeof endRoute, Env>({
  route: endRoute,
  handler: async (c) => {
    await endSession(c.var.ports, sessionOfRequest(c.var), causeOf(c));
    dropToken(c);
    c.header("clear-site-data", '"cache"');
    return c.body(null, 204);
  },
});

export const browserSessionRoutes = [postSession, getSession, deleteSession] as const;
