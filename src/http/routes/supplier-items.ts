import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { mapSupplierItem } from "../../ingest/supplier-items/map-supplier-item.ts";
import { type SupplierItem, supplierItemsPage } from "../../stock/supplier-items.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import { causeOf, type Env } from "../env.ts";
import { FactorMembers, factorOfMembers, factorView } from "../factor.ts";
import { requires } from "../middleware/permissions.ts";
import { SupplierId } from "../request/supplier-id.ts";
import { codeText, jsonBody, offsetOf, PageQuery, paged, pageOf, responses } from "../schemas.ts";

const SupplierItemSchema = z
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

const view = (item: SupplierItem): z.infer<typeof SupplierItemSchema> => ({
  supplier_cnpj: item.supplier,
  code: item.code,
  unit: item.unit,
  product_code: item.product,
  ...factorView(item.factor),
  unit_as_written: item.spelling ?? item.unit,
});

const listRoute = createRoute({
  method: "get",
  path: "/api/supplier-items",
  operationId: "listSupplierItems",
  tags: ["stock"],
  summary: "Lista o de-para: o produto da empresa que corresponde a cada código do fornecedor",
  ...requires("read"),
  request: {
    query: PageQuery.extend({
      supplier_cnpj: SupplierId.optional(),
      product_code: codeText(120).optional(),
    }),
  },
  responses: {
    ...responses(200, pageOf(SupplierItemSchema), "Uma página do de-para"),
    ...NOT_MODIFIED,
  },
});

const getSupplierItems = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    return cached(c, { tags: ["supplier_items"], vary: query }, async (signal) => {
      const { items, total } = await supplierItemsPage(
        c.var.ports,
        c.var.actor.company,
        { supplier: query.supplier_cnpj, product: query.product_code },
        offsetOf(query),
        signal,
      );
      return paged(items.map(view), query, total);
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
    body: jsonBody(
      z
        .strictObject({
          supplier_cnpj: SupplierId,
          code: codeText(60).trim().min(1),
          unit: codeText(6).trim().min(1),
          product_code: codeText(120).trim().min(1),
          unit_as_written: codeText(6).optional(),
          ...FactorMembers,
        })
        .transform(({ factor, factor_text, ...body }, context) => ({
          ...body,
          factor: factorOfMembers({ factor, factor_text }, context),
        }))
        .openapi("SupplierItemBody"),
    ),
  },
  responses: responses(200, SupplierItemSchema, "O de-para como ficou"),
});

const putSupplierItem = defineOpenAPIRoute<typeof putRoute, Env>({
  route: putRoute,
  handler: async (c) => {
    const body = c.req.valid("json");
    const item = await mapSupplierItem(
      c.var.ports,
      {
        supplier: body.supplier_cnpj,
        code: body.code,
        unit: body.unit,
        spelling: body.unit_as_written ?? null,
        product: body.product_code,
        factor: body.factor,
      },
      causeOf(c),
    );
    return c.json(view(item), 200);
  },
});

export const supplierItemRoutes = [getSupplierItems, putSupplierItem] as const;
