import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  type ClaimState,
  claimAlone,
  claimingWriter,
  planVersion,
  release,
} from "../../../confirmations/confirm.ts";
import type { ConfirmationFailure } from "../../../confirmations/failures.ts";
import {
  type Confirmation,
  findConfirmation,
  stateOf,
  waitingConfirmations,
} from "../../../confirmations/list.ts";
import { refuseConfirmation } from "../../../confirmations/refuse.ts";
import { tagVersions } from "../../../journal/versions.ts";
import { trusted } from "../../../lib/cast.ts";
import { newId } from "../../../lib/id.ts";
import { Failed } from "../../../lib/result.ts";
import { CHANGED, optimistic } from "../../../resilience/optimistic.ts";
import { type Planned, planned } from "../../assistant/planned.ts";
import type { Args } from "../../assistant/tool.ts";
import { causeOf, type Env } from "../../env.ts";
import { requirePermission, requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { Refused } from "../../refused.ts";
import { PROBLEMS, responses } from "../../schemas.ts";

const ROLE_OF = {
  self: "VISUALIZADOR",
  read: "VISUALIZADOR",
  agent: "OPERADOR",
  operate: "OPERADOR",
  manage: "GERENTE",
  administer: "ADMIN",
} as const;

export const ConfirmationSchema = z
  .object({
    id: z.string(),
    state: z.enum(["waiting", "confirmed", "refused", "expired"]),
    tool: z.string(),
    summary: z.string().openapi({
      description: "O que será feito, em uma frase; o que está entre « » foi escrito por terceiros",
    }),
    args: z.record(z.string(), z.unknown()),
    plan_hash: z.string().openapi({ description: "SHA-256 do plano, como foi pedido" }),
    needs: z.enum(["VISUALIZADOR", "OPERADOR", "GERENTE", "ADMIN"]).openapi({
      description: "O perfil mínimo de quem confirma",
    }),
    asked_by: z.object({
      user_id: z.int(),
      user_name: z.string().nullable(),
      api_key: z.string(),
      api_key_name: z.string().nullable(),
    }),
    asked_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
  })
  .openapi("Confirmation");

const view = (one: Confirmation, now: number): z.infer<typeof ConfirmationSchema> => ({
  id: one.id,
  state: stateOf(one, now),
  tool: one.tool,
  summary: one.summary,
  args: one.args,
  plan_hash: one.planHash,
  needs: ROLE_OF[one.permission],
  asked_by: {
    user_id: one.askedByUser,
    user_name: one.userName,
    api_key: one.askedByKey,
    api_key_name: one.keyName,
  },
  asked_at: instant(one.askedAt),
  expires_at: instant(one.expiresAt),
  ended_at: instantOrNull(one.endedAt),
});

const listRoute = createRoute({
  method: "get",
  path: "/api/confirmations",
  operationId: "listConfirmations",
  tags: ["assistant"],
  summary: "Lista o que chaves de API pediram e espera a confirmação de uma pessoa",
  ...requires("read"),
  responses: responses(
    200,
    z.object({ data: z.array(ConfirmationSchema) }).openapi("Confirmations"),
    "Do mais novo ao mais antigo, até 100",
  ),
});

const getConfirmations = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const now = ports.clock.now();
    const found = await waitingConfirmations(ports, actor.company);
    return c.json({ data: found.map((one) => view(one, now)) }, 200);
  },
});

const ConfirmationParam = z.object({ id: z.string().max(64) });

export const PlannedSchema = ConfirmationSchema.extend({
  plan: z.unknown().openapi({ description: "O que seria gravado agora; null: já não espera" }),
  current_plan_hash: z.string().nullable(),
  plan_changed: z.boolean(),
}).openapi("PlannedConfirmation");

const showRoute = createRoute({
  method: "get",
  path: "/api/confirmations/{id}",
  operationId: "getConfirmation",
  tags: ["assistant"],
  summary: "Mostra um pedido, com o plano como é agora",
  ...requires("read"),
  request: { params: ConfirmationParam },
  responses: responses(200, PlannedSchema, "O pedido e o plano"),
});

const getConfirmation = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const found = await findConfirmation(ports, actor.company, c.req.valid("param").id);
    const shown = view(found, ports.clock.now());
    const none = { plan: null, current_plan_hash: null, plan_changed: false };
    if (shown.state !== "waiting") return c.json({ ...shown, ...none }, 200);
    requirePermission(c, found.permission);
    const now = await planOf(c.var, found);
    return c.json(
      {
        ...shown,
        plan: now.plan,
        current_plan_hash: now.hash,
        plan_changed: now.hash !== found.planHash,
      },
      200,
    );
  },
});

async function planOf(vars: Env["Variables"], { tool, args }: Confirmation): Promise<Planned> {
  const made = await planned(vars, tool, trusted<Args>(args));
  // A tool of another version of the service.
  if (made === null) throw new Failed<ConfirmationFailure>({ code: "confirmation.not_found" });
  return made;
}

const ConfirmBody = z
  .strictObject({
    plan_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "deve ser o plan_hash de um plano")
      .openapi({ description: "O plano que a pessoa viu; ausente: o que foi pedido" })
      .optional(),
  })
  .openapi("ConfirmationOrder");

const confirmRoute = createRoute({
  method: "post",
  path: "/api/confirmations/{id}",
  operationId: "confirm",
  tags: ["assistant"],
  summary: "Confirma um pedido: o que ele planejou é gravado, em nome da pessoa",
  ...requires("self"),
  request: {
    params: ConfirmationParam,
    body: { required: false, content: { "application/json": { schema: ConfirmBody } } },
  },
  responses: responses(
    200,
    z
      .object({
        message: z.string(),
        id: z.string(),
        tool: z.string(),
        answer: z.unknown().openapi({ description: "A resposta da rota que gravou" }),
      })
      .openapi("Confirmed"),
    "Confirmado e gravado",
  ),
});

const postConfirmation = defineOpenAPIRoute<typeof confirmRoute, Env>({
  route: confirmRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const found = await findConfirmation(ports, actor.company, c.req.valid("param").id);
    requirePermission(c, found.permission);
    const state = stateOf(found, ports.clock.now());
    if (state !== "waiting") throw ended(state);
    const body = trusted<z.infer<typeof ConfirmBody>>(c.req.valid("json") ?? {});
    const { status, body: answer } = await optimistic(() =>
      carryOut(c, found, body.plan_hash ?? found.planHash),
    );
    if (status >= 400) throw new Refused(status, trusted<Record<string, unknown>>(answer ?? {}));
    return c.json({ message: "Confirmado e gravado", id: found.id, tool: found.tool, answer }, 200);
  },
});

const ended = (state: "confirmed" | "refused" | "expired") =>
  new Failed<ConfirmationFailure>({ code: "confirmation.ended", state });

/** Plans again and, where the plan is the confirmed one, writes it. CHANGED: another write came between the two. */
async function carryOut(c: Context<Env>, found: Confirmation, wanted: string) {
  const { ports, actor, signal } = c.var;
  const versions = await tagVersions(ports, actor.company, signal);
  const vars = { ...c.var, versions };
  const { plan, hash, request } = await planOf(vars, found);
  if (hash !== wanted)
    throw new Failed<ConfirmationFailure>({
      code: "confirmation.plan_changed",
      plan_hash: hash,
      plan,
    });
  const claim = newId();
  const state: ClaimState = {
    version: planVersion(versions),
    claimed: false,
    moved: false,
    ended: false,
  };
  const writer = claimingWriter(ports, found, { cause: causeOf(c), claim, state });
  const answer = await c.var.dispatch(request, { ...vars, ports: { ...ports, writer } });
  if (answer.status < 400 && !state.claimed)
    await claimAlone(writer).catch((error) => {
      if (!state.ended && !state.moved) throw error;
    });
  const refused = answer.status >= 400 && answer.status < 500;
  if (refused && state.claimed) await release(ports, found, claim);
  if (state.ended) {
    const now = stateOf(await findConfirmation(ports, actor.company, found.id), ports.clock.now());
    // Another request had taken it, and has given it back.
    if (now === "waiting") return CHANGED;
    throw ended(now);
  }
  return state.moved ? CHANGED : answer;
}

const refuseRoute = createRoute({
  method: "delete",
  path: "/api/confirmations/{id}",
  operationId: "refuseConfirmation",
  tags: ["assistant"],
  summary: "Recusa um pedido: ele não pode mais ser confirmado",
  ...requires("self"),
  request: { params: ConfirmationParam },
  responses: { 204: { description: "Recusado" }, default: PROBLEMS },
});

const deleteConfirmation = defineOpenAPIRoute<typeof refuseRoute, Env>({
  route: refuseRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { id } = c.req.valid("param");
    const found = await findConfirmation(ports, actor.company, id);
    requirePermission(c, found.permission);
    await refuseConfirmation(ports, id, causeOf(c));
    return c.body(null, 204);
  },
});

export const confirmationRoutes = [
  getConfirmations,
  getConfirmation,
  postConfirmation,
  deleteConfirmation,
] as const;
