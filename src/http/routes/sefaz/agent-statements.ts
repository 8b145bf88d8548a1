import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { err } from "../../../lib/result.ts";
import { fromBase64 } from "../../../nfe/base64.ts";
import { sefazFault } from "../../../ports/sefaz-fault.ts";
import {
  type AgentStep,
  answerForAgent,
  claimStatementForAgent,
  type Reported,
} from "../../../sefaz/statements/agent-statements.ts";
import { STATEMENT_TYPES } from "../../../sefaz/statements/evento.ts";
import { readStatementAnswer } from "../../../sefaz/wire/statement-wire.ts";
import { readStatusAnswer } from "../../../sefaz/wire/status-query.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { jsonBody, responses, text } from "../../schemas.ts";
import { FAULTS } from "./agent-calls.ts";
import { EnvironmentName, nameOf, OwnCnpj } from "./fetching.ts";

const StepSchema = z
  .object({
    id: z.string(),
    call: z.string().openapi({ description: "A reserva: vai com a resposta" }),
    step: z.enum(["send", "query"]).openapi({
      description:
        "send: assinar o evento e enviá-lo à recepção de eventos; query: consultar a nota (consSitNFe) no estado que a autorizou",
    }),
    environment: EnvironmentName,
    cnpj: z.string().openapi({ description: "O destinatário, autor do evento" }),
    access_key: z.string(),
    type: z.enum(STATEMENT_TYPES),
    sequence: z.int().openapi({ description: "nSeqEvento" }),
    reason: z.string().nullable().openapi({ description: "xJust" }),
    at: z.iso.datetime().openapi({ description: "O instante a escrever em dhEvento" }),
    time_zone: z.string(),
  })
  .openapi("SefazStatementStep");

const stepView = ({ claim, call, at, timeZone }: AgentStep): z.infer<typeof StepSchema> => ({
  id: claim.id,
  call: claim.call,
  step: call.kind,
  environment: nameOf(claim.environment),
  cnpj: claim.author,
  access_key: claim.accessKey,
  type: claim.type,
  sequence: call.kind === "send" ? call.sequence : claim.sequence,
  reason: claim.reason,
  at: instant(at),
  time_zone: timeZone,
});

const claimRoute = createRoute({
  method: "post",
  path: "/api/sefaz/statements",
  operationId: "claimSefazStatement",
  tags: ["sefaz"],
  summary: "Reserva a próxima manifestação para um agente, que a assina com o certificado",
  ...requires("agent"),
  request: {
    body: jsonBody(
      z.strictObject({
        cnpj: OwnCnpj.openapi({
          description: "O CNPJ do certificado; serve aos que têm os mesmos 8 primeiros",
        }),
      }),
    ),
  },
  responses: responses(
    200,
    z
      .object({
        statement: StepSchema.nullable(),
        next_at: z.string().nullable().openapi({
          description: "Sem manifestação agora: quando perguntar de novo; null: nenhuma espera",
        }),
      })
      .openapi("SefazStatementClaim"),
    "A manifestação, ou quando haverá uma",
  ),
});

const postClaim = defineOpenAPIRoute<typeof claimRoute, Env>({
  route: claimRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { cnpj } = c.req.valid("json");
    const claimed = await claimStatementForAgent(ports, actor.company, cnpj, signal);
    if (claimed.step === null)
      return c.json({ statement: null, next_at: instantOrNull(claimed.nextAt) }, 200);
    return c.json({ statement: stepView(claimed.step), next_at: null }, 200);
  },
});

/** Characters of an answer in base64; all of a body fit in one JSON body. */
const ANSWER_TEXT = 1_000_000;
/** Characters of a signed evento. */
const EVENTO_TEXT = 20_000;

const Answered = {
  answer: z
    .string()
    .max(ANSWER_TEXT)
    .transform((given, context) => {
      const bytes = fromBase64(given);
      if (bytes !== null) return bytes;
      context.addIssue({ code: "custom", message: "deve ser base64" });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: "string", description: "Os bytes da resposta, em base64" }),
  fault: z.enum(FAULTS).optional().openapi({ description: "Sem resposta, por que" }),
  status: z.int().min(100).max(599).optional().openapi({ description: "De http_status: o status" }),
};

const CallSchema = z.discriminatedUnion("step", [
  z.strictObject({ step: z.literal("query"), ...Answered }),
  z.strictObject({
    step: z.literal("send"),
    sequence: z.int().min(1).max(2),
    at: z.iso.datetime(),
    signed: text(EVENTO_TEXT).openapi({ description: "O evento assinado, como foi enviado" }),
    ...Answered,
  }),
]);

function reportedOf(one: z.infer<typeof CallSchema>): Reported {
  const { answer, fault, status } = one;
  const failed = () => err(sefazFault(fault ?? "cut", status === undefined ? {} : { status }));
  if (one.step === "query")
    return { kind: "query", answer: answer === undefined ? failed() : readStatusAnswer(answer) };
  return {
    kind: "send",
    sequence: one.sequence,
    at: Date.parse(one.at),
    signed: one.signed,
    answer: answer === undefined ? failed() : readStatementAnswer(answer),
  };
}

const answerRoute = createRoute({
  method: "post",
  path: "/api/sefaz/statements/{id}/answer",
  operationId: "answerSefazStatement",
  tags: ["sefaz"],
  summary:
    "Entrega todas as consultas e envios já feitos de uma manifestação reservada, e recebe o próximo, se houver",
  ...requires("agent"),
  request: {
    params: z.object({ id: z.string().max(64) }),
    body: jsonBody(z.strictObject({ call: text(64), calls: z.array(CallSchema).min(1).max(5) })),
  },
  responses: responses(
    200,
    z
      .object({
        outcome: z.enum(["done", "refused", "paused", "late", "more"]).openapi({
          description:
            "more: falta o passo em statement; paused: será tentada de novo; late: a reserva terminou, e nada foi gravado",
        }),
        statement: StepSchema.nullable(),
      })
      .openapi("SefazStatementReceived"),
    "O que foi feito dela",
  ),
});

const postAnswer = defineOpenAPIRoute<typeof answerRoute, Env>({
  route: answerRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { call, calls } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const { outcome, step } = await answerForAgent(
      ports,
      actor.company,
      { id, call },
      () => calls.map(reportedOf),
      signal,
    );
    return c.json({ outcome, statement: step === null ? null : stepView(step) }, 200);
  },
});

export const agentStatementRoutes = [postClaim, postAnswer] as const;
