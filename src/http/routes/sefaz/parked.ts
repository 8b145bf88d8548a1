import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import {
  type ParkedDocument,
  parkedBytes,
  parkedDocuments,
  retryParked,
} from "../../../sefaz/fetch/parked-documents.ts";
import { FIRST_NSU } from "../../../sefaz/fetch/unnumbered.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";
import { CursorLimit, CursorPagination, cursorAfter } from "../../request/count-params.ts";
import { cursorOr, jsonBody, PROBLEMS, responses } from "../../schemas.ts";
import {
  codeOf,
  EnvironmentName,
  EnvironmentOrOwn,
  MOST_NSU,
  nameOf,
  OwnCnpj,
} from "./fetching.ts";

const ParkedId = z
  .string()
  .regex(/^[0-9A-Z]{14}\.[12]\.-?\d{1,15}$/, "não é um documento deste serviço")
  .transform((text) => {
    const [cnpj = "", environment, nsu] = text.split(".");
    return { cnpj, environment: environment === "1" ? "1" : "2", nsu: Number(nsu) } as const;
  });

const idOf = ({ cnpj, environment, nsu }: Pick<ParkedDocument, "cnpj" | "environment" | "nsu">) =>
  `${cnpj}.${environment}.${nsu}`;

export const ParkedSchema = z
  .object({
    id: z.string().openapi({ example: "73184526000142.1.7" }),
    cnpj: z.string(),
    environment: EnvironmentName,
    nsu: z.int().openapi({
      description: "Menor que 1: veio sem NSU, e não pode ser pedido de novo",
    }),
    schema: z.string().openapi({ example: "procNFe_v4.00.xsd" }),
    reason: z.string().openapi({
      description:
        "base64, gzip, too_large, nested: o docZip não abre; schema: leiaute desconhecido; summary: resumo fora do leiaute; refused: a leitura o recusou, e schema diz por quê",
    }),
    bytes: z.int().nullable().openapi({
      description:
        "O que se guardou dele, para baixar em /api/sefaz/parked/{id}/document; null: nada",
    }),
    parked_at: z.string(),
  })
  .openapi("SefazParked");

const parkedRoute = createRoute({
  method: "get",
  path: "/api/sefaz/parked",
  operationId: "listSefazParked",
  tags: ["sefaz"],
  summary: "Lista os documentos da SEFAZ que não puderam ser lidos, pelo NSU",
  ...requires("read"),
  request: { query: z.object({ cursor: cursorOr(ParkedId), limit: CursorLimit }) },
  responses: responses(
    200,
    z.object({ data: z.array(ParkedSchema), pagination: CursorPagination }),
    "Uma página dos documentos",
  ),
});

const getParked = defineOpenAPIRoute<typeof parkedRoute, Env>({
  route: parkedRoute,
  handler: async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const page = { limit, after: cursor ?? null };
    const rows = await parkedDocuments(c.var.ports, c.var.actor.company, page);
    const data = rows.map((row) => ({
      id: idOf(row),
      cnpj: row.cnpj,
      environment: nameOf(row.environment),
      nsu: row.nsu,
      schema: row.schema,
      reason: row.reason,
      bytes: row.size,
      parked_at: instant(row.parkedAt),
    }));
    const pagination = cursorAfter(rows, limit, idOf);
    return c.json({ data, pagination }, 200);
  },
});

const retryRoute = createRoute({
  method: "post",
  path: "/api/sefaz/parked/retry",
  operationId: "retrySefazParked",
  tags: ["sefaz"],
  summary: "Pede de novo à SEFAZ, pelo NSU, um documento que não pôde ser lido",
  ...requires("manage"),
  request: {
    body: jsonBody(
      z.strictObject({
        cnpj: OwnCnpj,
        nsu: z.int().min(FIRST_NSU).max(MOST_NSU),
        environment: EnvironmentOrOwn,
      }),
    ),
  },
  responses: responses(
    202,
    z.object({ id: z.string(), cnpj: z.string(), nsu: z.int() }),
    "O pedido espera a sua vez: a SEFAZ permite 20 por hora",
  ),
});

const postRetry = defineOpenAPIRoute<typeof retryRoute, Env>({
  route: retryRoute,
  handler: async (c) => {
    const { cnpj, nsu, environment } = c.req.valid("json");
    const wanted = { cnpj, nsu, environment: codeOf(environment) };
    const { id } = await retryParked(c.var.ports, wanted, causeOf(c));
    return c.json({ id, cnpj, nsu }, 202, { location: "/api/sefaz/parked" });
  },
});

const documentRoute = createRoute({
  method: "get",
  path: "/api/sefaz/parked/{id}/document",
  operationId: "getSefazParkedDocument",
  tags: ["sefaz"],
  summary:
    "Baixa o que se guardou de um documento que não pôde ser lido: o XML, ou o docZip danificado como veio",
  ...requires("manage"),
  request: { params: z.object({ id: ParkedId }) },
  responses: {
    200: {
      description: "Os bytes",
      content: { "application/octet-stream": { schema: z.string() } },
    },
    default: PROBLEMS,
  },
});

const getDocument = defineOpenAPIRoute<typeof documentRoute, Env>({
  route: documentRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    const { bytes, isXml } = await parkedBytes(c.var.ports, c.var.actor.company, id);
    const name = `SEFAZ-${id.cnpj}-NSU-${id.nsu}.${isXml ? "xml" : "bin"}`;
    // A document from outside is downloaded, never rendered as a page of this origin.
    return c.body(bytes, 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"`,
      "x-content-type-options": "nosniff",
    });
  },
});

export const sefazParkedRoutes = [getParked, postRetry, getDocument] as const;
