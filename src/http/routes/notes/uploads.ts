import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ofPeople } from "../../../accounts/home.ts";
import { companiesOf, type OwnCompany } from "../../../accounts/login/memberships.ts";
import { enqueueArchive } from "../../../ingest/batch/archive.ts";
import { receiveBatch } from "../../../ingest/batch/batch.ts";
import { summaryOf } from "../../../ingest/batch/batch-result.ts";
import { enqueueBatch } from "../../../ingest/batch/enqueue.ts";
import { withOtherCompanies } from "../../../ingest/note/other-company.ts";
import { receive } from "../../../ingest/receive/receive.ts";
import { unpack } from "../../../ingest/upload/unpack.ts";
import type { IngestFailure } from "../../../ingest/verdict/failures.ts";
import { originalFrom } from "../../../lib/original.ts";
import { Failed } from "../../../lib/result.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { limitsOf, storeFullZip, storeLargeZip } from "../../request/large-uploads.ts";
import { readBatch, readDocument } from "../../request/upload-body.ts";
import { DryRun, Flag, responses } from "../../schemas.ts";
import { BatchSchema, batchLine } from "../../views/batch-view.ts";
import { JobMadeSchema } from "../../views/job-view.ts";
import {
  EventReceiptSchema,
  eventReceiptView,
  ReceiptSchema,
  receiptView,
} from "../../views/note-view.ts";

const binary: { type: "string"; format: string } = { type: "string", format: "binary" };

/** No schema validates these bodies: the handler reads them (request/upload-body.ts), so that the bytes stay unchanged. */
const document = {
  required: true,
  content: {
    "multipart/form-data": {
      schema: { type: "object" as const, properties: { file: binary }, required: ["file"] },
    },
    "application/xml": { schema: binary },
    "text/xml": { schema: binary },
    "application/octet-stream": { schema: binary },
  },
};

/** The other companies of the sender, where one is needed; an API key is of one company. */
async function otherCompanies(
  c: Pick<Context<Env>, "get">,
  isNeeded: boolean,
): Promise<OwnCompany[]> {
  const actor = c.get("actor");
  if (!isNeeded || actor.keyId !== undefined) return [];
  const own = await companiesOf(ofPeople(c.get("ports")), actor.userId);
  return own.filter(({ id }) => id !== actor.company);
}

const Approve = Flag.optional().openapi({
  description:
    "true: a nota sem pendências entra no estoque; sem ele, o que a empresa decidiu (auto_approve)",
});

const uploadRoute = createRoute({
  method: "post",
  path: "/api/nfe/upload",
  operationId: "uploadNfe",
  tags: ["nfe"],
  summary: "Registra uma NF-e ou um evento já registrado na SEFAZ",
  ...requires("operate"),
  request: { body: document, query: z.object({ approve: Approve }) },
  responses: responses(
    200,
    z.union([ReceiptSchema, EventReceiptSchema]),
    "Resultado do registro da nota",
  ),
});

/** The note that an earlier request with the same Idempotency-Key has registered or completed. */
const resumedNote = (resumed: Env["Variables"]["resumed"]) =>
  resumed !== undefined && resumed.id !== null && /^nfe\.(register|complete)/.test(resumed.action)
    ? { accessKey: resumed.id, completed: resumed.action === "nfe.complete" }
    : undefined;

const postUpload = defineOpenAPIRoute<typeof uploadRoute, Env>({
  route: uploadRoute,
  handler: async (c) => {
    const { approve } = c.req.valid("query");
    const { bytes } = await readDocument(c);
    const { ports, versions, resumed, signal } = c.var;
    const received = await receive(ports, await originalFrom(bytes), {
      cause: causeOf(c),
      approve: approve ?? null,
      settingsSeen: versions.settings,
      resumed: resumedNote(resumed),
      signal,
    });
    if (received.kind === "note") {
      const { note } = received;
      const others = await otherCompanies(c, note.between !== undefined);
      return c.json(receiptView(withOtherCompanies(note, others)), 200);
    }
    return c.json(eventReceiptView(received.event), 200);
  },
});

const batchRoute = createRoute({
  method: "post",
  path: "/api/nfe/batch",
  operationId: "uploadBatch",
  tags: ["nfe"],
  summary: "Registra várias notas: arquivos XML e ZIPs, com um resultado para cada documento",
  ...requires("operate"),
  request: {
    body: {
      required: true,
      content: {
        "multipart/form-data": {
          schema: {
            type: "object" as const,
            properties: { files: { type: "array" as const, items: binary, minItems: 1 } },
            required: ["files"],
          },
        },
        "application/zip": { schema: binary },
      },
    },
    query: z.object({
      approve: Approve,
      dry_run: DryRun,
      async: Flag.optional().openapi({
        description: "true: responde 202 já, e o andamento está em Location",
      }),
    }),
  },
  responses: {
    ...responses(200, BatchSchema, "Um resultado por documento, na ordem enviada"),
    ...responses(
      202,
      JobMadeSchema,
      "async=true, ou um ZIP grande demais para a própria requisição: o andamento está em Location",
    ),
  },
});

const postBatch = defineOpenAPIRoute<typeof batchRoute, Env>({
  route: batchRoute,
  handler: async (c) => {
    const { ports, signal } = c.var;
    const query = c.req.valid("query");
    if (query.async === true && query.dry_run === true)
      throw new Failed<IngestFailure>({ code: "batch.dry_run_async" });
    const options = { cause: causeOf(c), approve: query.approve ?? null, signal };
    const accepted = (id: string) => c.json({ job_id: id }, 202, { location: `/api/jobs/${id}` });
    const { resumed } = c.var;
    if (resumed?.entity === "job" && resumed.id !== null) return accepted(resumed.id);
    const limits = limitsOf(ports);
    const dryRun = query.dry_run === true;
    const large = dryRun ? null : await storeLargeZip(c);
    if (large !== null) {
      await enqueueArchive(ports, large, options);
      return accepted(large);
    }
    const sent = await readBatch(c, limits);
    const pieces = await unpack(sent, limits, signal).catch(async (error) => {
      const full = dryRun ? null : await storeFullZip(c, sent, error);
      if (full === null) throw error;
      await enqueueArchive(ports, full, options);
      return full;
    });
    if (typeof pieces === "string") return accepted(pieces);
    if (query.async === true) return accepted(await enqueueBatch(ports, pieces, options));
    const results = await receiveBatch(ports, pieces, {
      ...options,
      dryRun: query.dry_run ?? false,
      maxNotes: limits.documents,
    });
    const others = await otherCompanies(
      c,
      results.some((result) => "note" in result && result.note.between !== undefined),
    );
    const lines = results.map((result) =>
      batchLine(
        "note" in result ? { ...result, note: withOtherCompanies(result.note, others) } : result,
      ),
    );
    return c.json({ summary: summaryOf(results), results: lines }, 200);
  },
});

export const uploadRoutes = [postUpload, postBatch] as const;
