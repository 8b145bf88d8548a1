import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import {
  planMovementReversal,
  planNoteReversal,
  type ReversalPlan,
} from "../../../ingest/reverse/reversal-plan.ts";
import { reverseMovement } from "../../../ingest/reverse/reverse-movement.ts";
import { reverseNote } from "../../../ingest/reverse/reverse-note.ts";
import { findMovement } from "../../../stock/reports/ledger.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { quantity } from "../../numbers.ts";
import {
  AccessKeyParam,
  DryRun,
  FindingSchema,
  jsonBody,
  NoteStatusEnum,
  responses,
  text,
  wholeNumber,
} from "../../schemas.ts";
import { MovementSchema, movementView } from "../../views/movement-view.ts";

const ReasonBody = z.strictObject({ reason: text(500).trim().min(3) });
const DryRunQuery = z.object({ dry_run: DryRun });

const PlannedSchema = z.object({
  undoes: z.int(),
  product_code: z.string(),
  type: z.enum(["ENTRADA", "SAIDA"]),
  quantity: z.number(),
  batch_number: z.string().nullable(),
  balance_before: z.number(),
  balance_after: z.number(),
});

export const ReversalPlanSchema = z
  .object({
    dry_run: z.literal(true),
    already_reversed: z.boolean(),
    movements: z.array(PlannedSchema),
  })
  .openapi("ReversalPlan");

const planView = (plan: ReversalPlan): z.infer<typeof ReversalPlanSchema> => ({
  dry_run: true,
  already_reversed: plan.alreadyReversed,
  movements: plan.movements.map((one) => ({
    undoes: one.undoes,
    product_code: one.product,
    type: one.quantity_e4 > 0 ? "ENTRADA" : "SAIDA",
    quantity: quantity(Math.abs(one.quantity_e4)),
    batch_number: one.lot,
    balance_before: quantity(one.balanceBefore_e4),
    balance_after: quantity(one.balanceAfter_e4),
  })),
});

const NoteReversalSchema = z
  .object({
    message: z.string(),
    access_key: z.string(),
    status: NoteStatusEnum,
    movements: z.int(),
    already_reversed: z.boolean(),
    findings: z.array(FindingSchema),
  })
  .openapi("NoteReversal");

const reverseNoteRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/reverse",
  operationId: "reverseNfe",
  tags: ["nfe"],
  summary: "Estorna uma nota processada: movimentos contrários, e a nota pode ser aprovada de novo",
  ...requires("manage"),
  request: { params: AccessKeyParam, query: DryRunQuery, body: jsonBody(ReasonBody) },
  responses: responses(200, z.union([NoteReversalSchema, ReversalPlanSchema]), "O estorno"),
});

const postReverseNote = defineOpenAPIRoute<typeof reverseNoteRoute, Env>({
  route: reverseNoteRoute,
  handler: async (c) => {
    const { access_key } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const options = { cause: causeOf(c), reason, signal: c.var.signal };
    if (c.req.valid("query").dry_run === true)
      return c.json(planView(await planNoteReversal(c.var.ports, access_key, options)), 200);
    const made = await reverseNote(c.var.ports, access_key, options);
    return c.json(
      {
        message: made.alreadyReversed ? "A nota já estava estornada" : "Nota estornada",
        access_key,
        status: "ESTORNADA" as const,
        movements: made.movements,
        already_reversed: made.alreadyReversed,
        findings: [...made.findings],
      },
      200,
    );
  },
});

const MovementReversalSchema = z
  .object({ message: z.string(), already_reversed: z.boolean(), movement: MovementSchema })
  .openapi("MovementReversal");

const reverseMovementRoute = createRoute({
  method: "post",
  path: "/api/movements/{id}/reverse",
  operationId: "reverseMovement",
  tags: ["stock"],
  summary: "Estorna um movimento manual com o movimento contrário",
  ...requires("manage"),
  request: {
    params: z.object({ id: wholeNumber(1) }),
    query: DryRunQuery,
    body: jsonBody(ReasonBody),
  },
  responses: responses(200, z.union([MovementReversalSchema, ReversalPlanSchema]), "O estorno"),
});

const postReverseMovement = defineOpenAPIRoute<typeof reverseMovementRoute, Env>({
  route: reverseMovementRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const options = { cause: causeOf(c), reason, signal: c.var.signal };
    if (c.req.valid("query").dry_run === true)
      return c.json(planView(await planMovementReversal(ports, id, options)), 200);
    const made = await reverseMovement(ports, id, options);
    const movement = await findMovement(ports, actor.company, made.id);
    if (movement === null) throw new Error("a movement that was committed is not there");
    return c.json(
      {
        message: made.alreadyReversed ? "O movimento já estava estornado" : "Movimento estornado",
        already_reversed: made.alreadyReversed,
        movement: movementView(movement),
      },
      200,
    );
  },
});

export const reversalRoutes = [postReverseNote, postReverseMovement] as const;
