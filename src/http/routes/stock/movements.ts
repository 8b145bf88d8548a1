import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { recordMovements } from "../../../ingest/manual-movements/manual-batch.ts";
import {
  type MovementRequest,
  recordMovement,
} from "../../../ingest/manual-movements/manual-movement.ts";
import { findRecorded } from "../../../ingest/manual-movements/recorded-movement.ts";
import { EVENT_ORIGIN } from "../../../stock/posting/event-exits.ts";
import { MOST_LINES } from "../../../stock/posting/movement-batch.ts";
import { productVersion } from "../../../stock/product-version.ts";
import {
  findMovement,
  findMovements,
  listMovements,
  type MovementFilter,
  movementsAfter,
} from "../../../stock/reports/ledger.ts";
import { type CacheKey, cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { happenedAtOf } from "../../days.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { DialectSchema, MovementFilters, movementFilterOf } from "../../request/export-filters.ts";
import {
  elementOf,
  listOf,
  listQuery,
  MovementPosition,
  readPage,
  withFields,
} from "../../request/list-page.ts";
import {
  codeText,
  Day,
  DayOrInstant,
  decimalOf,
  jsonBody,
  responses,
  text,
} from "../../schemas.ts";
import { CSV_TOO, csvInstead, wantsCsv } from "../../stream/csv-file.ts";
import { lotsTaken, TakenLotSchema } from "../../views/lot-view.ts";
import { MovementSchema, movementView } from "../../views/movement-view.ts";

const optionalText = (max: number) =>
  text(max)
    .trim()
    .nullish()
    .transform((given) => given || null);

/** A manual movement in the form of S.G.E., whose web client sends the origins Manual, MANUAL and XML; NFE is for notes, EVENTO for their events. */
const MovementBodySchema = z
  .object({
    product_code: codeText(120).min(1),
    type: z.enum(["ENTRADA", "SAIDA"]),
    quantity: decimalOf(4).refine((e4) => e4 > 0, "deve ser maior que zero"),
    unit_cost: decimalOf(4)
      .refine((e4) => e4 >= 0, "não pode ser negativo")
      .nullish()
      .openapi({
        description:
          "Número ou texto decimal, com até 4 casas decimais. Grava-se o total, em centavos: unit_cost da resposta é esse total dividido pela quantidade",
      }),
    batch_number: optionalText(100),
    expiration_date: Day.nullish(),
    origin: text(40)
      .trim()
      .nullish()
      .transform((given) => (given || "MANUAL").toUpperCase())
      .refine(
        (origin) => origin !== "NFE" && origin !== EVENT_ORIGIN,
        "esta origem é reservada às notas fiscais e aos eventos delas",
      ),
    reference: optionalText(120),
    notes: optionalText(500),
    happened_at: DayOrInstant.nullish().openapi({
      description: "Quando aconteceu, um dia ou um instante; ausente: agora",
    }),
  })
  .openapi("MovementOrder");

const requestOf = (
  body: z.infer<typeof MovementBodySchema>,
  timeZone: string,
  now: number,
): MovementRequest => ({
  product: body.product_code,
  type: body.type,
  quantity_e4: body.quantity,
  unitCost_e4: body.unit_cost || null,
  lot: body.batch_number,
  expiresOn: body.expiration_date ?? null,
  origin: body.origin,
  reference: body.reference,
  notes: body.notes,
  happenedAt: happenedAtOf(body.happened_at, timeZone, now),
});

const createMovementRoute = createRoute({
  method: "post",
  path: "/api/movements",
  operationId: "createMovement",
  tags: ["stock"],
  summary: "Lança uma entrada ou saída manual",
  ...requires("operate"),
  request: { body: jsonBody(MovementBodySchema) },
  responses: responses(
    201,
    z.object({
      message: z.string(),
      movement: MovementSchema,
      lots: z.array(TakenLotSchema).optional(),
    }),
    "O movimento lançado",
  ),
});

const postMovement = defineOpenAPIRoute<typeof createMovementRoute, Env>({
  route: createMovementRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const body = c.req.valid("json");
    const { timeZone } = await settingsOf(ports, actor.company, c.var.versions.settings);
    const earlier = c.var.resumed?.id ?? null;
    const resumed =
      earlier === null
        ? null
        : await findRecorded(ports, actor.company, { origin: body.origin, posting: earlier });
    const { id, lots } =
      resumed ??
      (await recordMovement(
        ports,
        requestOf(body, timeZone, ports.clock.now()),
        causeOf(c),
        c.var.signal,
      ));
    const movement = await findMovement(ports, actor.company, id);
    if (movement === null) throw new Error("a movement that was committed is not there");
    return c.json(
      {
        message: "Movimentação registrada com sucesso",
        movement: movementView(movement),
        ...lotsTaken(lots),
      },
      201,
    );
  },
});

const createBatchRoute = createRoute({
  method: "post",
  path: "/api/movements/batch",
  operationId: "createMovements",
  tags: ["stock"],
  summary: "Lança várias entradas e saídas manuais, todas ou nenhuma",
  ...requires("operate"),
  request: {
    body: jsonBody(
      z
        .object({ items: z.array(MovementBodySchema).min(1).max(MOST_LINES) })
        .openapi("MovementBatchOrder"),
    ),
  },
  responses: responses(
    201,
    z.object({
      message: z.string(),
      items_count: z.int(),
      movements: z.array(MovementSchema.extend({ lots: z.array(TakenLotSchema).optional() })),
    }),
    "Os movimentos lançados, na ordem das linhas",
  ),
});

const postBatch = defineOpenAPIRoute<typeof createBatchRoute, Env>({
  route: createBatchRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { items } = c.req.valid("json");
    const { timeZone } = await settingsOf(ports, actor.company, c.var.versions.settings);
    const now = ports.clock.now();
    const requests = items.map((item) => requestOf(item, timeZone, now));
    const { ids, lots } = await recordMovements(ports, requests, causeOf(c), c.var.signal);
    const movements = await findMovements(ports, actor.company, ids);
    return c.json(
      {
        message: "Lote processado com sucesso",
        items_count: movements.length,
        movements: movements.map((movement) => ({
          ...movementView(movement),
          ...lotsTaken(lots.filter((lot) => lot.movement === movement.id)),
        })),
      },
      201,
    );
  },
});

const listMovementsRoute = createRoute({
  method: "get",
  path: "/api/movements/list",
  operationId: "listMovements",
  tags: ["stock"],
  summary: "Lista os movimentos, do mais novo ao mais antigo",
  ...requires("read"),
  ...CSV_TOO,
  request: {
    query: listQuery(MovementPosition, MovementSchema).extend({
      ...MovementFilters.shape,
      dialect: DialectSchema,
    }),
  },
  responses: {
    ...responses(
      200,
      listOf(elementOf(MovementSchema, "MovementFields")),
      "Uma página de movimentos",
    ),
    ...NOT_MODIFIED,
  },
});

const getMovements = defineOpenAPIRoute<typeof listMovementsRoute, Env>({
  route: listMovementsRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const { timeZone } = await settingsOf(ports, actor.company, c.var.versions.settings);
    const filter = movementFilterOf(query, timeZone);
    if (wantsCsv(c)) return csvInstead(c, query.dialect, () => ({ type: "movements", filter }));
    const { page, limit, cursor, fields } = query;
    return cached(
      c,
      { ...versionsOf(c, filter), vary: { ...filter, page, limit, cursor, fields } },
      async (signal) => {
        const { rows, pagination } = await readPage(query, {
          async numbered(numbered) {
            const found = await listMovements(ports, actor.company, filter, numbered, signal);
            return { rows: found.movements, total: found.total };
          },
          after: ({ limit: most, after }) => {
            const position = after === null ? null : ([after[1], after[2]] as const);
            const next = { limit: most, after: position };
            return movementsAfter(ports, actor.company, filter, next, signal);
          },
          positionOf: ({ createdAt, id }): z.infer<typeof MovementPosition> => ["m", createdAt, id],
        });
        return { data: withFields(rows.map(movementView), fields), pagination };
      },
    );
  },
});

/** The movements of one product stay the same while other products move. */
function versionsOf(c: Context<Env>, { product }: MovementFilter): Omit<CacheKey, "vary"> {
  const { ports, actor, signal } = c.var;
  if (product === undefined) return { tags: ["stock", "products", "users"] };
  return {
    tags: ["users"],
    versionOfPart: () => productVersion(ports, actor.company, product, signal),
  };
}

export const movementRoutes = [postMovement, postBatch, getMovements] as const;
