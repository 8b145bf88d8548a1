import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { isAccessKeyShape, withoutPrintMarks } from "../../../nfe/access-key.ts";
import { type AnnouncedNote, announcedNotes } from "../../../sefaz/fetch/announced-notes.ts";
import { askFor } from "../../../sefaz/fetch/asks.ts";
import { AWARENESS_MS } from "../../../sefaz/statements/limits.ts";
import { lastStatements, type StoredStatement } from "../../../sefaz/statements/statements.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, money } from "../../numbers.ts";
import { CursorLimit, CursorPagination, cursorAfter } from "../../request/count-params.ts";
import { cursorOr, jsonBody, responses } from "../../schemas.ts";
import { OwnCnpj } from "./fetching.ts";
import { StatementSchema, statementView } from "./statements.ts";

const SITUATIONS = { "1": "authorised", "2": "denied", "3": "cancelled" } as const;
const situationOf = (cSit: string) =>
  cSit === "2" || cSit === "3" ? SITUATIONS[cSit] : SITUATIONS["1"];

export const AnnouncedSchema = z
  .object({
    access_key: z.string(),
    status: z.literal("ANUNCIADA"),
    situation: z.enum(["authorised", "denied", "cancelled"]),
    cnpj: z.string().openapi({ description: "O CNPJ da empresa a que ela foi distribuída" }),
    nsu: z.int(),
    supplier_cnpj: z.string(),
    supplier_name: z.string(),
    issued_at: z.string(),
    total_value: z.number(),
    announced_at: z.string(),
    awareness_until: z.string().openapi({
      description:
        "Dez dias da emissão: a SEFAZ conta o prazo da ciência da autorização, que o resumo não traz",
    }),
    requested: z.boolean().openapi({
      description: "A nota completa foi pedida pela chave, e o pedido espera a sua vez",
    }),
    statement: StatementSchema.nullable().openapi({
      description: "A última manifestação da empresa sobre ela",
    }),
  })
  .openapi("AnnouncedNote");

const view = (
  note: AnnouncedNote,
  statement: StoredStatement | undefined,
): z.infer<typeof AnnouncedSchema> => ({
  access_key: note.accessKey,
  status: "ANUNCIADA",
  situation: situationOf(note.cSit),
  cnpj: note.cnpj,
  nsu: note.nsu,
  supplier_cnpj: note.issuer,
  supplier_name: note.issuerName,
  issued_at: instant(note.issuedMs),
  total_value: money(note.valueE2),
  announced_at: instant(note.announcedAt),
  awareness_until: instant(note.issuedMs + AWARENESS_MS),
  requested: note.isAsked,
  statement: statement === undefined ? null : statementView(statement),
});

const Cursor = z
  .string()
  .regex(/^\d{1,16}\.[0-9A-Z]{44}$/, "não é um cursor deste serviço")
  .transform((text) => {
    const [issued, accessKey = ""] = text.split(".");
    return { issuedMs: Number(issued), accessKey };
  });

const announcedRoute = createRoute({
  method: "get",
  path: "/api/nfes/announced",
  operationId: "listAnnouncedNfes",
  tags: ["sefaz"],
  summary:
    "Lista as notas anunciadas pela SEFAZ que ainda não estão aqui; não contam em nenhum número do estoque",
  ...requires("read"),
  request: { query: z.object({ cursor: cursorOr(Cursor), limit: CursorLimit }) },
  responses: responses(
    200,
    z.object({ data: z.array(AnnouncedSchema), pagination: CursorPagination }),
    "Uma página, da emissão mais nova à mais antiga",
  ),
});

const getAnnounced = defineOpenAPIRoute<typeof announcedRoute, Env>({
  route: announcedRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { cursor, limit } = c.req.valid("query");
    const notes = await announcedNotes(
      ports,
      actor.company,
      { limit, after: cursor ?? null },
      signal,
    );
    const pagination = cursorAfter(
      notes,
      limit,
      ({ issuedMs, accessKey }) => `${issuedMs}.${accessKey}`,
    );
    const keys = notes.map(({ accessKey }) => accessKey);
    const statements = await lastStatements(ports, actor.company, keys, signal);
    const data = notes.map((note) => view(note, statements.get(note.accessKey)));
    return c.json({ data, pagination }, 200);
  },
});

const fetchRoute = createRoute({
  method: "post",
  path: "/api/nfes/fetch",
  operationId: "fetchNfe",
  tags: ["sefaz"],
  summary: "Pede à SEFAZ a nota de uma chave de acesso, digitada ou lida do papel",
  ...requires("operate"),
  request: {
    body: jsonBody(
      z.strictObject({
        access_key: z
          .string()
          .max(100)
          .transform(withoutPrintMarks)
          .refine(isAccessKeyShape, "deve ser uma chave de acesso de 44 caracteres")
          .openapi({ example: "35260911222333000181550010000001231000000420" }),
        cnpj: OwnCnpj.optional(),
      }),
    ),
  },
  responses: responses(
    202,
    z.object({ id: z.string(), access_key: z.string(), cnpj: z.string() }).openapi("FetchedNfe"),
    "O pedido espera a sua vez: a SEFAZ permite 20 por hora e CNPJ",
  ),
});

const postFetch = defineOpenAPIRoute<typeof fetchRoute, Env>({
  route: fetchRoute,
  handler: async (c) => {
    const { access_key, cnpj } = c.req.valid("json");
    const wanted = {
      cnpj: cnpj ?? null,
      environment: null,
      kind: "key",
      subject: access_key,
    } as const;
    const ask = await askFor(c.var.ports, wanted, causeOf(c));
    return c.json({ id: ask.id, access_key, cnpj: ask.cnpj }, 202, { location: "/api/sefaz" });
  },
});

export const announcedRoutes = [getAnnounced, postFetch] as const;
