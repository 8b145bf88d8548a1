import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { err, ok } from "../../../lib/result.ts";
import { sefazFault } from "../../../ports/sefaz-fault.ts";
import { claimCallForAgent, permitOf } from "../../../sefaz/fetch/agent-calls.ts";
import { ANSWER_BYTES, LATE_ANSWER_BYTES } from "../../../sefaz/fetch/limits.ts";
import { messageOf } from "../../../sefaz/fetch/make-call.ts";
import { receiveResult } from "../../../sefaz/fetch/receive-result.ts";
import type { CallResult } from "../../../sefaz/fetch/times.ts";
import { openAnswer } from "../../../sefaz/wire/distribution.ts";
import type { Env } from "../../env.ts";
import { declaredBytes, readBodyBytes } from "../../middleware/body-bytes.ts";
import { withDeadlinePaused } from "../../middleware/deadline.ts";
import { reserveBodyBytes } from "../../middleware/in-flight-limits.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { jsonBody, responses, wholeNumber } from "../../schemas.ts";
import { EnvironmentName, nameOf, OwnCnpj } from "./fetching.ts";

const ClaimSchema = z
  .object({
    call: z
      .object({
        id: z.string(),
        cnpj: z.string(),
        environment: EnvironmentName,
        message: z.string().openapi({
          description: "A mensagem SOAP, a enviar como está a NFeDistribuicaoDFe com o certificado",
        }),
        send_before: z.string().openapi({
          description: "Depois deste instante ela não pode mais ser enviada",
        }),
      })
      .nullable(),
    next_at: z.string().nullable().openapi({
      description: "Sem consulta agora: quando perguntar de novo; null: nenhum CNPJ está ligado",
    }),
  })
  .openapi("SefazCallClaim");

const claimRoute = createRoute({
  method: "post",
  path: "/api/sefaz/calls",
  operationId: "claimSefazCall",
  tags: ["sefaz"],
  summary:
    "Reserva a próxima consulta à SEFAZ para um agente, que tem o certificado; ela conta como feita",
  ...requires("agent"),
  request: {
    body: jsonBody(z.strictObject({ cnpjs: z.array(OwnCnpj).min(1).max(100).optional() })),
  },
  responses: responses(200, ClaimSchema, "A consulta, ou quando haverá uma"),
});

const postClaim = defineOpenAPIRoute<typeof claimRoute, Env>({
  route: claimRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { cnpjs } = c.req.valid("json");
    const claim = await claimCallForAgent(ports, actor.company, cnpjs ?? null);
    if (claim.permit === null)
      return c.json({ call: null, next_at: instantOrNull(claim.nextAt) }, 200);
    const { id, cnpj, environment, sendBefore } = claim.permit;
    const call = {
      id,
      cnpj,
      environment: nameOf(environment),
      message: messageOf(claim.permit),
      send_before: instant(sendBefore),
    };
    return c.json({ call, next_at: null }, 200);
  },
});

/** What an agent reports in place of an answer. */
export const FAULTS = [
  "unreachable",
  "tls",
  "certificate",
  "timeout",
  "cut",
  "aborted",
  "http_status",
  "too_large",
  "no_address",
] as const;

const ReceivedSchema = z
  .object({
    outcome: z
      .enum(["found", "none", "blocked", "paused", "refused", "fault", "late", "full"])
      .openapi({ description: "late: não era mais esperada, e nada foi gravado" }),
    documents: z.int(),
    announced: z.int(),
    parked: z.int(),
    job_id: z.string().nullable(),
    more: z.boolean(),
  })
  .openapi("SefazReceived");

const binary: { type: "string"; format: string } = { type: "string", format: "binary" };

const answerRoute = createRoute({
  method: "post",
  path: "/api/sefaz/calls/{id}/answer",
  operationId: "answerSefazCall",
  tags: ["sefaz"],
  summary:
    "Entrega o que a SEFAZ respondeu a uma consulta, byte por byte, ou a falha que houve no lugar da resposta",
  ...requires("agent"),
  request: {
    params: z.object({ id: z.string().max(64) }),
    query: z.object({
      fault: z
        .enum(FAULTS)
        .optional()
        .openapi({ description: "Sem resposta, por que; o corpo é vazio" }),
      status: wholeNumber(100, 599).optional().openapi({ description: "De http_status: o status" }),
    }),
    body: { required: false, content: { "application/octet-stream": { schema: binary } } },
  },
  responses: responses(200, ReceivedSchema, "O que ela trouxe"),
});

const LATE: z.infer<typeof ReceivedSchema> = {
  outcome: "late",
  documents: 0,
  announced: 0,
  parked: 0,
  job_id: null,
  more: false,
};

/** Reads the answer that is the body; its documents count as memory like the body, while they are inflated. */
async function answerOf(c: Context<Env>): Promise<CallResult> {
  const { ports, signal } = c.var;
  const tooLarge = () => new HTTPException(413);
  const bytes = await withDeadlinePaused(c, () => readBodyBytes(c, ANSWER_BYTES, tooLarge));
  const packed = await ports.documents.distribution(bytes, signal);
  if (!packed.ok) return packed;
  const reserve = (inflated: number) => reserveBodyBytes(c, inflated);
  return ok(await openAnswer(packed.value, { signal, reserve }));
}

const postAnswer = defineOpenAPIRoute<typeof answerRoute, Env>({
  route: answerRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { fault, status } = c.req.valid("query");
    const permit = await permitOf(ports, actor.company, c.req.valid("param").id);
    // Not awaited: its bytes are not read, but for a short one, which may be a block.
    const declared = declaredBytes(c.req.raw.headers) ?? Infinity;
    if (fault === undefined && !permit.isAwaited && declared > LATE_ANSWER_BYTES) {
      ports.meter.count("sefaz_calls_total", { kind: permit.ask.kind, outcome: LATE.outcome });
      return c.json(LATE, 200);
    }
    const result =
      fault === undefined
        ? await answerOf(c)
        : err(sefazFault(fault, status === undefined ? {} : { status }));
    const { job, ...received } = await receiveResult(ports, permit, result, { signal });
    ports.meter.count("sefaz_calls_total", { kind: permit.ask.kind, outcome: received.outcome });
    return c.json({ ...received, job_id: job }, 200);
  },
});

export const agentCallRoutes = [postClaim, postAnswer] as const;
