import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { findCount } from "../../../stock/counting/counts.ts";
import { addLines, listLines, MOST_SENT } from "../../../stock/counting/lines.ts";
import { assignLine, undoLine } from "../../../stock/counting/settle-line.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  CountIdParam,
  CountLineParam,
  CursorLimit,
  CursorPagination,
  cursorAfter,
} from "../../request/count-params.ts";
import {
  codeText,
  cursorOr,
  decimalOf,
  Flag,
  jsonBody,
  responses,
  text,
  wholeNumber,
} from "../../schemas.ts";
import { CountLineSchema, countLineView } from "../../views/count-view.ts";

const optional = (max: number) =>
  text(max)
    .trim()
    .nullish()
    .transform((given) => given || null);

const NewLineSchema = z
  .strictObject({
    product_code: codeText(120).min(1).nullish(),
    barcode: codeText(60).min(1).nullish(),
    quantity: decimalOf(4).refine((e4) => e4 >= 0, "não pode ser negativa"),
    lot: optional(100),
    device: text(60).trim().min(1),
    counted_at: z.iso.datetime({ offset: true, error: "deve ser data e hora com fuso" }).nullish(),
    note: optional(200),
  })
  .refine(
    ({ product_code, barcode }) => (product_code == null) !== (barcode == null),
    "precisa de product_code ou de barcode, e só de um deles",
  )
  .openapi("NewCountLine");

const LinesBody = z.strictObject({ lines: z.array(NewLineSchema).min(1).max(MOST_SENT) });

const addLinesRoute = createRoute({
  method: "post",
  path: "/api/counts/{id}/lines",
  operationId: "addCountLines",
  tags: ["counts"],
  summary: "Grava linhas de uma contagem; linhas do mesmo produto se somam",
  ...requires("operate"),
  request: {
    params: CountIdParam,
    headers: z.object({ "idempotency-key": codeText(200).min(1) }),
    body: jsonBody(LinesBody),
  },
  responses: responses(
    200,
    z
      .object({ message: z.string(), repeated: z.boolean(), lines: z.array(CountLineSchema) })
      .openapi("CountLinesWritten"),
    "As linhas gravadas",
  ),
});

const postLines = defineOpenAPIRoute<typeof addLinesRoute, Env>({
  route: addLinesRoute,
  handler: async (c) => {
    const lines = c.req.valid("json").lines.map((line) => ({
      code: line.product_code ?? null,
      barcode: line.barcode ?? null,
      quantity_e4: line.quantity,
      lot: line.lot,
      device: line.device,
      countedAt: line.counted_at == null ? null : Date.parse(line.counted_at),
      note: line.note,
    }));
    const made = await addLines(c.var.ports, c.req.valid("param").id, lines, {
      cause: causeOf(c),
      key: c.req.valid("header")["idempotency-key"],
      signal: c.var.signal,
    });
    return c.json(
      {
        message: made.repeated ? "As linhas já estavam gravadas" : "Linhas gravadas",
        repeated: made.repeated,
        lines: made.lines.map(countLineView),
      },
      200,
    );
  },
});

const listLinesRoute = createRoute({
  method: "get",
  path: "/api/counts/{id}/lines",
  operationId: "listCountLines",
  tags: ["counts"],
  summary: "Lista as linhas de uma contagem, da mais nova à mais antiga",
  ...requires("read"),
  request: {
    params: CountIdParam,
    query: z.object({
      product_code: codeText(120).min(1).optional(),
      aside: Flag.optional(),
      cursor: cursorOr(wholeNumber(1)),
      limit: CursorLimit,
    }),
  },
  responses: responses(
    200,
    z.object({ data: z.array(CountLineSchema), pagination: CursorPagination }),
    "Uma página de linhas",
  ),
});

const getLines = defineOpenAPIRoute<typeof listLinesRoute, Env>({
  route: listLinesRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { id } = c.req.valid("param");
    const { product_code, aside, cursor, limit } = c.req.valid("query");
    await findCount(ports, actor.company, id, signal);
    const lines = await listLines(
      ports,
      actor.company,
      id,
      { before: cursor, aside: aside === true, product: product_code, limit },
      signal,
    );
    return c.json(
      {
        data: lines.map(countLineView),
        pagination: cursorAfter(lines, limit, ({ line }) => line),
      },
      200,
    );
  },
});

const SettledSchema = z
  .object({ message: z.string(), line: z.int(), already: z.boolean() })
  .openapi("CountLineSettled");

const undoLineRoute = createRoute({
  method: "delete",
  path: "/api/counts/{id}/lines/{line}",
  operationId: "undoCountLine",
  tags: ["counts"],
  summary: "Desfaz uma linha da contagem: ela não conta mais, e fica na lista",
  ...requires("operate"),
  request: { params: CountLineParam },
  responses: responses(200, SettledSchema, "A linha desfeita"),
});

const deleteLine = defineOpenAPIRoute<typeof undoLineRoute, Env>({
  route: undoLineRoute,
  handler: async (c) => {
    const { id, line } = c.req.valid("param");
    const done = await undoLine(c.var.ports, id, line, {
      cause: causeOf(c),
      signal: c.var.signal,
    });
    return c.json(
      { message: done ? "Linha desfeita" : "A linha já estava desfeita", line, already: !done },
      200,
    );
  },
});

const assignRoute = createRoute({
  method: "post",
  path: "/api/counts/{id}/unknown/{line}/assign",
  operationId: "assignCountLine",
  tags: ["counts"],
  summary: "Diz de que produto é uma linha separada; ela conta no momento em que foi contada",
  ...requires("operate"),
  request: {
    params: CountLineParam,
    body: jsonBody(z.strictObject({ product_code: codeText(120).min(1) })),
  },
  responses: responses(200, SettledSchema, "A linha com o produto"),
});

const postAssign = defineOpenAPIRoute<typeof assignRoute, Env>({
  route: assignRoute,
  handler: async (c) => {
    const { id, line } = c.req.valid("param");
    const done = await assignLine(c.var.ports, id, line, c.req.valid("json").product_code, {
      cause: causeOf(c),
      signal: c.var.signal,
    });
    return c.json(
      {
        message: done ? "Produto da linha gravado" : "A linha já tinha este produto",
        line,
        already: !done,
      },
      200,
    );
  },
});

export const countLineRoutes = [postLines, getLines, deleteLine, postAssign] as const;
