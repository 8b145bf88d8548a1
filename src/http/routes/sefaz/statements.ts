import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { withoutPrintMarks } from "../../../nfe/access-key.ts";
import { askStatement } from "../../../sefaz/statements/ask-statement.ts";
import {
  AWARENESS_RULES,
  awarenessRule,
  changeAwarenessRule,
} from "../../../sefaz/statements/awareness.ts";
import { AWARE, STATEMENT_TYPES } from "../../../sefaz/statements/evento.ts";
import {
  listStatements,
  STATEMENT_STATES,
  type StoredStatement,
} from "../../../sefaz/statements/statements.ts";
import { causeOf, type Env } from "../../env.ts";
import { requirePermission, requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { CursorLimit, CursorPagination, cursorAfter } from "../../request/count-params.ts";
import { AccessKeyParam, cursorOr, jsonBody, responses, text } from "../../schemas.ts";
import { EnvironmentName, nameOf } from "./fetching.ts";

const TypeName = z.enum(STATEMENT_TYPES).openapi({
  description:
    "tpEvento: 210200 confirmação da operação, 210210 ciência, 210220 desconhecimento, 210240 operação não realizada",
});

export const StatementSchema = z
  .object({
    id: z.string(),
    access_key: z.string(),
    cnpj: z.string().openapi({ description: "O destinatário, em cujo nome ela é feita" }),
    environment: EnvironmentName,
    type: TypeName,
    sequence: z.int().openapi({ description: "nSeqEvento" }),
    reason: z.string().nullable(),
    state: z.enum(STATEMENT_STATES).openapi({
      description:
        "asked: espera o envio; sending: enviada, e a resposta não é conhecida; done: registrada pela SEFAZ; refused: recusada por ela",
    }),
    next_at: z.string().nullable().openapi({ description: "A próxima tentativa; null: terminou" }),
    code: z.string().nullable().openapi({
      description: "O cStat da última resposta, ou a falha que houve no lugar dela",
    }),
    text: z.string().nullable().openapi({ description: "O que a SEFAZ disse" }),
    protocol: z.string().nullable(),
    registered_at: z.string().nullable().openapi({ description: "dhRegEvento" }),
    proven: z.boolean().openapi({
      description: "O procEventoNFe está guardado, e é um evento da nota",
    }),
    by_rule: z
      .boolean()
      .openapi({ description: "Pedida pela regra da ciência, não por uma pessoa" }),
    asked_at: z.string(),
    ended_at: z.string().nullable(),
  })
  .openapi("Statement");

export const statementView = (one: StoredStatement): z.infer<typeof StatementSchema> => ({
  id: one.id,
  access_key: one.accessKey,
  cnpj: one.author,
  environment: nameOf(one.environment),
  type: one.type,
  sequence: one.sequence,
  reason: one.reason,
  state: one.state,
  next_at: instantOrNull(one.nextAt),
  code: one.code,
  text: one.text,
  protocol: one.protocol,
  registered_at: one.registeredAt,
  proven: one.proof !== null,
  by_rule: one.byRule,
  asked_at: instant(one.askedAt),
  ended_at: instantOrNull(one.endedAt),
});

const askRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/statement",
  operationId: "stateNfe",
  tags: ["sefaz"],
  summary:
    "Pede a manifestação do destinatário sobre uma nota, também de uma anunciada; as conclusivas pedem o perfil GERENTE",
  ...requires("operate"),
  request: {
    params: AccessKeyParam,
    body: jsonBody(
      z
        .strictObject({
          type: TypeName,
          reason: text(1_000).optional().openapi({
            description:
              "xJust, de 15 a 255 caracteres: obrigatória em 210240, possível em 210220, e só nelas",
          }),
        })
        .openapi("StatementAsked"),
    ),
  },
  responses: responses(
    202,
    StatementSchema,
    "Ela espera o envio; a mesma que já é a última da nota não é feita de novo, e é a resposta",
  ),
});

const postStatement = defineOpenAPIRoute<typeof askRoute, Env>({
  route: askRoute,
  handler: async (c) => {
    const { access_key: accessKey } = c.req.valid("param");
    const { type, reason } = c.req.valid("json");
    if (type !== AWARE) requirePermission(c, "manage");
    const wanted = { accessKey, type, reason: reason ?? null };
    const statement = await askStatement(c.var.ports, wanted, causeOf(c), c.var.signal);
    const location = `/api/statements?access_key=${statement.accessKey}`;
    return c.json(statementView(statement), 202, { location });
  },
});

const Cursor = z.string().regex(/^[0-9a-f-]{36}$/, "não é um cursor deste serviço");

const listRoute = createRoute({
  method: "get",
  path: "/api/statements",
  operationId: "listStatements",
  tags: ["sefaz"],
  summary: "Lista as manifestações da empresa, ou as de uma nota, a mais nova primeiro",
  ...requires("read"),
  request: {
    query: z.object({
      cursor: cursorOr(Cursor),
      limit: CursorLimit,
      state: z.enum(STATEMENT_STATES).optional(),
      access_key: text(100).transform(withoutPrintMarks).optional(),
    }),
  },
  responses: responses(
    200,
    z.object({ data: z.array(StatementSchema), pagination: CursorPagination }),
    "Uma página",
  ),
});

const getList = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { cursor, limit, state, access_key } = c.req.valid("query");
    const page = {
      limit,
      after: cursor ?? null,
      state: state ?? null,
      accessKey: access_key ?? null,
    };
    const statements = await listStatements(ports, actor.company, page, signal);
    const pagination = cursorAfter(statements, limit, ({ id }) => id);
    return c.json({ data: statements.map(statementView), pagination }, 200);
  },
});

const RuleSchema = z
  .object({
    awareness: z.enum(AWARENESS_RULES).openapi({
      description:
        "De quais notas anunciadas a ciência é manifestada sem uma pessoa: never, always, ou known_suppliers (há de-para do fornecedor)",
    }),
  })
  .openapi("StatementRule");

const ruleRoute = createRoute({
  method: "get",
  path: "/api/statements/rule",
  operationId: "getStatementRule",
  tags: ["sefaz"],
  summary: "Mostra quando a ciência é manifestada sem uma pessoa",
  ...requires("read"),
  responses: responses(200, RuleSchema, "A regra"),
});

const getRule = defineOpenAPIRoute<typeof ruleRoute, Env>({
  route: ruleRoute,
  handler: async (c) =>
    c.json({ awareness: await awarenessRule(c.var.ports, c.var.actor.company) }, 200),
});

const changeRuleRoute = createRoute({
  method: "put",
  path: "/api/statements/rule",
  operationId: "changeStatementRule",
  tags: ["sefaz"],
  summary: "Altera quando a ciência é manifestada sem uma pessoa",
  ...requires("administer"),
  request: { body: jsonBody(RuleSchema.strict()) },
  responses: responses(200, RuleSchema, "A regra"),
});

const putRule = defineOpenAPIRoute<typeof changeRuleRoute, Env>({
  route: changeRuleRoute,
  handler: async (c) => {
    const { awareness } = c.req.valid("json");
    await changeAwarenessRule(c.var.ports, awareness, causeOf(c));
    return c.json({ awareness }, 200);
  },
});

export const statementRoutes = [postStatement, getList, getRule, putRule] as const;
