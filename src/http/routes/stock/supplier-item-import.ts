import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { importSupplierItems } from "../../../ingest/supplier-items/import-supplier-items.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { readCsvFile } from "../../request/csv-body.ts";
import { mappingLines } from "../../request/mapping-lines.ts";
import { DryRun, responses } from "../../schemas.ts";

const binary: { type: "string"; format: string } = { type: "string", format: "binary" };

const ImportOutcomeSchema = z
  .object({
    message: z.string(),
    dry_run: z.boolean(),
    lines: z.int(),
    created: z.int(),
    changed: z.int(),
    unchanged: z.int(),
  })
  .openapi("SupplierItemImport");

const importRoute = createRoute({
  method: "post",
  path: "/api/supplier-items/import",
  operationId: "importSupplierItems",
  tags: ["stock"],
  summary: "Importa o de-para de um CSV como o exportado: grava tudo ou, havendo um erro, nada",
  ...requires("manage"),
  request: {
    query: z.object({ dry_run: DryRun }),
    // No schema validates the body: the handler reads it.
    body: {
      required: false,
      content: {
        "multipart/form-data": {
          schema: { type: "object" as const, properties: { file: binary } },
        },
        "text/csv": { schema: binary },
      },
    },
  },
  responses: responses(200, ImportOutcomeSchema, "Quantos foram criados, mudados e mantidos"),
});

const postImport = defineOpenAPIRoute<typeof importRoute, Env>({
  route: importRoute,
  handler: async (c) => {
    const { ports, signal } = c.var;
    const dryRun = c.req.valid("query").dry_run === true;
    const lines = mappingLines(await readCsvFile(c));
    const outcome = await importSupplierItems(ports, lines, causeOf(c), { dryRun, signal });
    const { created, changed, unchanged } = outcome;
    const message = `${dryRun ? "Simulação: " : ""}${created} criados, ${changed} mudados, ${unchanged} sem mudança`;
    return c.json({ message, dry_run: dryRun, ...outcome }, 200);
  },
});

export const supplierItemImportRoutes = [postImport] as const;
