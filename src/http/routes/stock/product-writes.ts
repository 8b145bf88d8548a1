import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Tag } from "../../../journal/versions.ts";
import { Failed } from "../../../lib/result.ts";
import {
  changeProduct,
  createProduct,
  deactivateProduct,
  type ProductChange,
} from "../../../stock/catalog/products.ts";
import type { StockFailure } from "../../../stock/failures.ts";
import { productVersion } from "../../../stock/product-version.ts";
import { findLevel, type Level } from "../../../stock/reports/levels.ts";
import { cached, etagOf, NOT_MODIFIED } from "../../cache/cached.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  NewProductBody,
  newFields,
  ProductBody,
  ProductCode,
  ProductPatch,
  patchedFields,
  replacedFields,
  versionOf,
} from "../../request/product-body.ts";
import { jsonBody, PROBLEMS, responses } from "../../schemas.ts";
import { OneProductSchema, oneProductView } from "../../views/product-view.ts";

const Written = z.object({ message: z.string(), product: OneProductSchema });
const CATEGORY_TAGS: readonly Tag[] = ["categories"];
const IfMatch = z.object({ "if-match": z.string().max(500).optional() });

const showRoute = createRoute({
  method: "get",
  path: "/api/products/{code}",
  operationId: "getProduct",
  tags: ["stock"],
  summary: "Mostra um produto, também inativo",
  ...requires("read"),
  request: { params: ProductCode },
  responses: { ...responses(200, OneProductSchema, "O produto"), ...NOT_MODIFIED },
});

const getProduct = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { code } = c.req.valid("param");
    const key = {
      tags: CATEGORY_TAGS,
      versionOfPart: () => productVersion(ports, actor.company, code, signal),
      vary: { code },
    };
    return cached(
      c,
      key,
      async (until) => {
        const level = await findLevel(ports, actor.company, code, until);
        if (level === null)
          throw new Failed<StockFailure>({ code: "product.not_found", product_code: code });
        return oneProductView(level);
      },
      etagPrefix,
    );
  },
});

const createRouteOf = createRoute({
  method: "post",
  path: "/api/products",
  operationId: "createProduct",
  tags: ["stock"],
  summary: "Cadastra um produto, sem estoque",
  ...requires("manage"),
  request: { body: jsonBody(NewProductBody) },
  responses: responses(201, Written, "O produto cadastrado"),
});

const postProduct = defineOpenAPIRoute<typeof createRouteOf, Env>({
  route: createRouteOf,
  handler: async (c) => {
    const body = c.req.valid("json");
    const { ports, signal } = c.var;
    const made = await createProduct(ports, body.code, newFields(body), causeOf(c), signal);
    c.header("location", `/api/products/${encodeURIComponent(made.code)}`);
    return c.json(await written(c, made, "Produto cadastrado com sucesso"), 201);
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/api/products/{code}",
  operationId: "putProduct",
  tags: ["stock"],
  summary: "Substitui os dados de um produto, como o formulário do S.G.E. os envia",
  ...requires("manage"),
  request: { params: ProductCode, headers: IfMatch, body: jsonBody(ProductBody) },
  responses: responses(200, Written, "O produto"),
});

const putProduct = defineOpenAPIRoute<typeof putRoute, Env>({
  route: putRoute,
  handler: async (c) => {
    const { code } = c.req.valid("param");
    const level = await change(c, code, replacedFields(c.req.valid("json")));
    return c.json(await written(c, level, "Produto atualizado com sucesso"), 200);
  },
});

const patchRoute = createRoute({
  method: "patch",
  path: "/api/products/{code}",
  operationId: "patchProduct",
  tags: ["stock"],
  summary: "Altera só o que é informado; null limpa o campo, active reativa",
  ...requires("manage"),
  request: { params: ProductCode, headers: IfMatch, body: jsonBody(ProductPatch) },
  responses: responses(200, Written, "O produto"),
});

const patchProduct = defineOpenAPIRoute<typeof patchRoute, Env>({
  route: patchRoute,
  handler: async (c) => {
    const { code } = c.req.valid("param");
    const level = await change(c, code, patchedFields(c.req.valid("json")));
    return c.json(await written(c, level, "Produto atualizado com sucesso"), 200);
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/products/{code}",
  operationId: "deactivateProduct",
  tags: ["stock"],
  summary: "Desativa um produto sem saldo; repetir não muda nada",
  ...requires("manage"),
  request: { params: ProductCode, headers: IfMatch },
  responses: { 204: { description: "O produto está inativo" }, default: PROBLEMS },
});

const deleteProduct = defineOpenAPIRoute<typeof deleteRoute, Env>({
  route: deleteRoute,
  handler: async (c) => {
    const { ports, signal } = c.var;
    const version = versionOf(c.req.header("if-match"));
    await deactivateProduct(ports, c.req.valid("param").code, version, causeOf(c), signal);
    return c.body(null, 204);
  },
});

const change = (c: Context<Env>, code: string, to: ProductChange["to"]): Promise<Level> =>
  changeProduct(
    c.var.ports,
    code,
    { to, version: versionOf(c.req.header("if-match")) },
    causeOf(c),
    c.var.signal,
  );

/** The ETag of a product begins with its version, which `If-Match` compares. */
const etagPrefix = ({ version }: z.infer<typeof OneProductSchema>) => `${version}-`;

/** The answer to a write, with the ETag that `GET` gives. */
async function written(c: Context<Env>, level: Level, message: string) {
  const product = oneProductView(level);
  c.header("etag", await etagOf(JSON.stringify(product), etagPrefix(product)));
  return { message, product };
}

export const productWriteRoutes = [
  getProduct,
  postProduct,
  putProduct,
  patchProduct,
  deleteProduct,
] as const;
