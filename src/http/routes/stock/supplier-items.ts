import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { mapSupplierItem, wantedItem } from "../../../ingest/supplier-items/map-supplier-item.ts";
import { mappingEffect, productUnit } from "../../../ingest/supplier-items/mapping-effect.ts";
import { unmapSupplierItem } from "../../../ingest/supplier-items/unmap-supplier-item.ts";
import {
  type ListedSupplierItem,
  type SupplierItem,
  supplierItemsAfter,
  supplierItemsPage,
} from "../../../stock/supplier-items/supplier-items.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { causeOf, type Env } from "../../env.ts";
import { FactorMembers, factorOfMembers, factorView } from "../../factor.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  DialectSchema,
  SupplierItemQuery,
  supplierItemFilterOf,
} from "../../request/export-filters.ts";
import {
  elementOf,
  listOf,
  listQuery,
  readPage,
  SupplierItemPosition,
  withFields,
} from "../../request/list-page.ts";
import { SupplierId } from "../../request/supplier-id.ts";
import { codeText, DryRun, jsonBody, PROBLEMS, responses } from "../../schemas.ts";
import { CSV_TOO, csvInstead, wantsCsv } from "../../stream/csv-file.ts";
import { effectView, MappingEffectSchema } from "../../views/mapping-effect-view.ts";

export const SupplierItemSchema = z
  .object({
    supplier_cnpj: z.string(),
    code: z.string(),
    unit: z.string(),
    product_code: z.string(),
    factor: z.number(),
    factor_text: z.string(),
    unit_as_written: z.string(),
  })
  .openapi("SupplierItem");

/** A mapping of the list, as people read it. */
export const ListedSupplierItemSchema = SupplierItemSchema.extend({
  product_name: z.string(),
  product_unit: z.string(),
}).openapi("ListedSupplierItem");

export const SupplierItemChange = SupplierItemSchema.extend({
  change: MappingEffectSchema,
}).openapi("SupplierItemChange");

const view = (item: SupplierItem): z.infer<typeof SupplierItemSchema> => ({
  supplier_cnpj: item.supplier,
  code: item.code,
  unit: item.unit,
  product_code: item.product,
  ...factorView(item.factor),
  unit_as_written: item.spelling ?? item.unit,
});

const listedView = (item: ListedSupplierItem): z.infer<typeof ListedSupplierItemSchema> => ({
  ...view(item),
  product_name: item.productName,
  product_unit: item.productUnit,
});

const listRoute = createRoute({
  method: "get",
  path: "/api/supplier-items",
  operationId: "listSupplierItems",
  tags: ["stock"],
  summary: "Lista o de-para: o produto da empresa que corresponde a cada código do fornecedor",
  ...requires("read"),
  ...CSV_TOO,
  request: {
    query: listQuery(SupplierItemPosition, ListedSupplierItemSchema).extend({
      ...SupplierItemQuery.shape,
      dialect: DialectSchema,
    }),
  },
  responses: {
    ...responses(
      200,
      listOf(elementOf(ListedSupplierItemSchema, "SupplierItemFields")),
      "Uma página do de-para",
    ),
    ...NOT_MODIFIED,
  },
});

const getSupplierItems = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const filter = supplierItemFilterOf(query);
    if (wantsCsv(c))
      return csvInstead(c, query.dialect, () => ({ type: "supplier-items", filter }));
    return cached(c, { tags: ["supplier_items", "products"], vary: query }, async (signal) => {
      const { rows, pagination } = await readPage(query, {
        async numbered(page) {
          const found = await supplierItemsPage(ports, actor.company, filter, page, signal);
          return { rows: found.items, total: found.total };
        },
        after({ limit, after }) {
          const position = after === null ? null : ([after[1], after[2], after[3]] as const);
          return supplierItemsAfter(
            ports,
            actor.company,
            filter,
            { limit, after: position },
            signal,
          );
        },
        positionOf: ({ supplier, code, unit }): z.infer<typeof SupplierItemPosition> => [
          "s",
          supplier,
          code,
          unit,
        ],
      });
      return { data: withFields(rows.map(listedView), query.fields), pagination };
    });
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/api/supplier-items",
  operationId: "putSupplierItem",
  tags: ["stock"],
  summary:
    "Define o produto da empresa que corresponde a um código do fornecedor e o fator de conversão",
  ...requires("manage"),
  request: {
    query: z.object({ dry_run: DryRun }),
    body: jsonBody(
      z
        .strictObject({
          supplier_cnpj: SupplierId,
          code: codeText(60).trim().min(1),
          unit: codeText(6).trim().min(1),
          product_code: codeText(120).trim().min(1),
          unit_as_written: codeText(6).optional(),
          // An answer that is sent back is a request.
          change: z.unknown().optional(),
          product_name: z.unknown().optional(),
          product_unit: z.unknown().optional(),
          ...FactorMembers,
        })
        .transform(
          (
            {
              factor,
              factor_text,
              change: _change,
              product_name: _name,
              product_unit: _unit,
              ...body
            },
            context,
          ) => ({
            ...body,
            factor: factorOfMembers({ factor, factor_text }, context),
          }),
        )
        .openapi("SupplierItemBody"),
    ),
  },
  responses: responses(200, SupplierItemChange, "O de-para como ficou, com o antes e o depois"),
});

const putSupplierItem = defineOpenAPIRoute<typeof putRoute, Env>({
  route: putRoute,
  handler: async (c) => {
    const { ports, actor, versions, signal } = c.var;
    const body = c.req.valid("json");
    const given = {
      supplier: body.supplier_cnpj,
      code: body.code,
      unit: body.unit,
      spelling: body.unit_as_written ?? null,
      product: body.product_code,
      factor: body.factor,
    };
    const settings = await settingsOf(ports, actor.company, versions.settings);
    const wanted = wantedItem(given, settings.units);
    const effect = await mappingEffect(ports, settings, wanted, signal);
    const unit = await productUnit(ports, actor.company, given.product, signal);
    const item = c.req.valid("query").dry_run
      ? wanted
      : await mapSupplierItem(ports, given, causeOf(c));
    return c.json(
      { ...view(item), change: effectView(effect, item.spelling ?? item.unit, unit) },
      200,
    );
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/supplier-items",
  operationId: "deleteSupplierItem",
  tags: ["stock"],
  summary: "Exclui um de-para e reavalia as notas pendentes que têm o item; os lançamentos ficam",
  ...requires("manage"),
  request: {
    query: z.object({
      supplier_cnpj: SupplierId,
      code: codeText(60).trim().min(1),
      unit: codeText(6).trim().min(1),
    }),
  },
  responses: { 204: { description: "Excluído" }, default: PROBLEMS },
});

const deleteSupplierItem = defineOpenAPIRoute<typeof deleteRoute, Env>({
  route: deleteRoute,
  handler: async (c) => {
    const { supplier_cnpj: supplier, code, unit } = c.req.valid("query");
    await unmapSupplierItem(c.var.ports, { supplier, code, unit }, causeOf(c));
    return c.body(null, 204);
  },
});

export const supplierItemRoutes = [getSupplierItems, putSupplierItem, deleteSupplierItem] as const;
