import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { approve, dryRunApproval } from "../../../ingest/approve/approve.ts";
import { discard, restore } from "../../../ingest/judge/discard.ts";
import { mappingOf } from "../../../ingest/note/mapping.ts";
import { findNote, originalOf } from "../../../ingest/note/stored-note.ts";
import { lateCostsOf } from "../../../ingest/search/late-costs.ts";
import {
  listNotes,
  noteDetail,
  notesBefore,
  notesChangedAfter,
} from "../../../ingest/search/notes.ts";
import type { IngestFailure } from "../../../ingest/verdict/failures.ts";
import type { Tag } from "../../../journal/versions.ts";
import { trusted } from "../../../lib/cast.ts";
import { Failed } from "../../../lib/result.ts";
import { movementsOfNote } from "../../../stock/reports/ledger.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { causeOf, type Env } from "../../env.ts";
import { requirePermission, requires } from "../../middleware/permissions.ts";
import { type CorrectionBody, correctionsOf, ProcessBody } from "../../request/corrections.ts";
import { DialectSchema, NfeQuery, nfeFilterOf } from "../../request/export-filters.ts";
import {
  ChangedNotePosition,
  elementOf,
  listOf,
  listQuery,
  NotePosition,
  readPage,
  withFields,
} from "../../request/list-page.ts";
import {
  AccessKeyParam,
  DryRun,
  FindingSchema,
  jsonBody,
  NoteStatusEnum,
  PROBLEMS,
  responses,
  text,
} from "../../schemas.ts";
import { CSV_TOO, csvInstead, wantsCsv } from "../../stream/csv-file.ts";
import { lotsTaken, TakenLotSchema } from "../../views/lot-view.ts";
import {
  detailView,
  NoteDetailSchema,
  NoteSummarySchema,
  summaryView,
} from "../../views/note-view.ts";
import { PlanSchema, planView } from "../../views/plan-view.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/nfes",
  operationId: "listNfes",
  tags: ["nfe"],
  summary: "Lista as notas, da mais nova à mais antiga; com updated_after, na ordem das mudanças",
  ...requires("read"),
  ...CSV_TOO,
  request: {
    query: listQuery(z.union([NotePosition, ChangedNotePosition]), NoteSummarySchema)
      .extend({ ...NfeQuery.shape, dialect: DialectSchema })
      .refine(
        ({ cursor, updated_after }) =>
          cursor?.after == null || (cursor.after[0] === "u") === (updated_after !== undefined),
        { path: ["cursor"], message: "é de uma leitura com outros filtros" },
      ),
  },
  responses: {
    ...responses(200, listOf(elementOf(NoteSummarySchema, "NoteFields")), "Uma página de notas"),
    ...NOT_MODIFIED,
  },
});

const getNotes = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const { timeZone } = await settingsOf(ports, actor.company, c.var.versions.settings);
    const filter = nfeFilterOf(query, timeZone);
    if (wantsCsv(c)) return csvInstead(c, query.dialect, () => ({ type: "nfes", filter }));
    const { page, limit, cursor, fields } = query;
    const tags: Tag[] = filter.product === undefined ? ["nfes"] : ["nfes", "supplier_items"];
    return cached(c, { tags, vary: { ...filter, page, limit, cursor, fields } }, async (signal) => {
      const { rows, pagination } = await readPage(query, {
        numbered: (numbered) => listNotes(ports, actor.company, filter, numbered, signal),
        after: ({ limit: most, after }) =>
          filter.updatedAfter === undefined
            ? notesBefore(
                ports,
                actor.company,
                filter,
                { limit: most, before: after?.[1] ?? null },
                signal,
              )
            : notesChangedAfter(ports, actor.company, filter, {
                limit: most,
                after: after?.[0] === "u" ? [after[1], after[2]] : null,
              }),
        positionOf: ({
          id,
          updatedAt,
        }): z.infer<typeof NotePosition | typeof ChangedNotePosition> =>
          filter.updatedAfter === undefined ? ["n", id] : ["u", updatedAt, id],
      });
      return { data: withFields(rows.map(summaryView), fields), pagination };
    });
  },
});

const detailRoute = createRoute({
  method: "get",
  path: "/api/nfes/{access_key}",
  operationId: "getNfe",
  tags: ["nfe"],
  summary: "Mostra uma nota com itens, movimentos, eventos e as regras aplicadas a ela",
  ...requires("read"),
  request: { params: AccessKeyParam },
  responses: { ...responses(200, NoteDetailSchema, "A nota"), ...NOT_MODIFIED },
});

const getNote = defineOpenAPIRoute<typeof detailRoute, Env>({
  route: detailRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { access_key } = c.req.valid("param");
    // The movements show the names of their product and their user.
    const tags: Tag[] = ["nfes", "supplier_items", "products", "users"];
    return cached(c, { tags, vary: { access_key } }, async (signal) => {
      const detail = await noteDetail(ports, actor.company, access_key);
      if (detail === null) throw notFound(access_key);
      const { note, items, events, referenced, referencedBy } = detail;
      const settings = await settingsOf(ports, actor.company, c.var.versions.settings);
      const [movements, costs, mapping] = await Promise.all([
        note.posting === null ? [] : movementsOfNote(ports, actor.company, access_key, signal),
        note.posting === null ? [] : lateCostsOf(ports, actor.company, access_key, signal),
        mappingOf(ports, settings, note.supplierId, items, signal),
      ]);
      return detailView(note, items, events, movements, mapping, referenced, referencedBy, costs);
    });
  },
});

const notFound = (access_key: string) =>
  new Failed<IngestFailure>({ code: "nfe.not_found", access_key });

const xmlRoute = createRoute({
  method: "get",
  path: "/api/nfes/{access_key}/xml",
  operationId: "getNfeXml",
  tags: ["nfe"],
  summary: "Baixa o XML original da nota, byte a byte",
  ...requires("read"),
  request: { params: AccessKeyParam },
  responses: {
    200: { description: "O XML", content: { "application/xml": { schema: z.string() } } },
    default: PROBLEMS,
  },
});

const getNoteXml = defineOpenAPIRoute<typeof xmlRoute, Env>({
  route: xmlRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { access_key } = c.req.valid("param");
    const note = await findNote(ports, actor.company, access_key, c.var.signal);
    if (note === null) throw notFound(access_key);
    const bytes = await originalOf(ports, actor.company, note);
    // A document from outside is downloaded, never rendered as a page of this origin.
    return c.body(bytes, 200, {
      "content-type": "application/xml",
      "content-disposition": `attachment; filename="${access_key}.xml"`,
      "x-content-type-options": "nosniff",
    });
  },
});

const ProcessAnswer = z
  .object({
    message: z.string(),
    access_key: z.string(),
    items: z.int(),
    status: z.literal("PROCESSADA"),
    already_processed: z.literal(true).optional(),
    findings: z.array(FindingSchema),
    lots: z.array(TakenLotSchema).optional(),
  })
  .openapi("ProcessAnswer");

const processRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/process",
  operationId: "processNfe",
  tags: ["nfe"],
  summary: "Aprova a nota: produtos, movimentos, saldos e custos em uma só gravação",
  description: "override e items exigem o perfil GERENTE.",
  ...requires("operate"),
  request: {
    params: AccessKeyParam,
    query: z.object({ dry_run: DryRun }),
    body: { required: false, content: { "application/json": { schema: ProcessBody } } },
  },
  responses: responses(
    200,
    z.union([ProcessAnswer, PlanSchema]),
    "Aprovada; com dry_run=true, o que aconteceria",
  ),
});

const postProcess = defineOpenAPIRoute<typeof processRoute, Env>({
  route: processRoute,
  handler: async (c) => {
    const { ports } = c.var;
    const { access_key } = c.req.valid("param");
    const body = trusted<CorrectionBody>(c.req.valid("json") ?? {});
    const corrections = correctionsOf(body);
    // Overriding a hold and mapping a supplier's item need a manager.
    if (corrections.override.length > 0 || corrections.items.length > 0)
      requirePermission(c, "manage");
    const options = { cause: causeOf(c), corrections, signal: c.var.signal };
    if (c.req.valid("query").dry_run === true)
      return c.json(planView(await dryRunApproval(ports, access_key, options)), 200);
    const approval = await approve(ports, access_key, options);
    return c.json(
      {
        message: approval.alreadyProcessed
          ? "Esta nota já tinha sido processada; o estoque não mudou"
          : "Nota fiscal processada com sucesso e estoque atualizado",
        access_key,
        items: approval.items,
        status: "PROCESSADA" as const,
        ...(approval.alreadyProcessed ? { already_processed: true as const } : {}),
        findings: [...approval.findings],
        ...lotsTaken(approval.lots),
      },
      200,
    );
  },
});

const StatusAnswer = z
  .object({ message: z.string(), access_key: z.string(), status: NoteStatusEnum })
  .openapi("StatusAnswer");

const discardRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/discard",
  operationId: "discardNfe",
  tags: ["nfe"],
  summary: "Descarta uma nota pendente",
  ...requires("manage"),
  request: {
    params: AccessKeyParam,
    body: jsonBody(z.strictObject({ reason: text(500).trim().min(3) })),
  },
  responses: responses(200, StatusAnswer, "Descartada"),
});

const postDiscard = defineOpenAPIRoute<typeof discardRoute, Env>({
  route: discardRoute,
  handler: async (c) => {
    const { access_key } = c.req.valid("param");
    await discard(c.var.ports, access_key, c.req.valid("json").reason, causeOf(c));
    return c.json({ message: "Nota descartada", access_key, status: "DESCARTADA" as const }, 200);
  },
});

const restoreRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/restore",
  operationId: "restoreNfe",
  tags: ["nfe"],
  summary: "Restaura uma nota descartada",
  ...requires("manage"),
  request: { params: AccessKeyParam },
  responses: responses(200, StatusAnswer, "Pendente de novo"),
});

const postRestore = defineOpenAPIRoute<typeof restoreRoute, Env>({
  route: restoreRoute,
  handler: async (c) => {
    const { access_key } = c.req.valid("param");
    const status = await restore(c.var.ports, access_key, causeOf(c));
    const message =
      status === "CANCELADA"
        ? "Nota restaurada; foi cancelada na SEFAZ"
        : "Nota restaurada; está pendente de novo";
    return c.json({ message, access_key, status }, 200);
  },
});

export const noteRoutes = [
  getNotes,
  getNote,
  getNoteXml,
  postProcess,
  postDiscard,
  postRestore,
] as const;
