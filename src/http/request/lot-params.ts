import { z } from "@hono/zod-openapi";
import { text } from "../schemas.ts";

/** The place after which a page begins: texts, each escaped, between slashes. */
export const placeCursor = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => encodeURIComponent(part)).join("/");

const partsOf = (cursor: string): string[] | null => {
  try {
    return cursor.split("/").map(decodeURIComponent);
  } catch {
    return null;
  }
};

const PRODUCT = "product";

/** The cursor of a list by product: no code of a product reads as START. */
export const productCursor = (code: string): string => placeCursor(PRODUCT, code);

/** The product after which a page begins, as an earlier page gave it. */
export const ProductCursor = text(2_000)
  .transform((cursor, context): string => {
    const [kind, code, ...more] = partsOf(cursor) ?? [];
    if (kind === PRODUCT && code !== undefined && more.length === 0) return code;
    context.addIssue({ code: "custom", message: "não é um cursor fornecido por esta API" });
    return z.NEVER;
  })
  .openapi({ type: "string" });

/** A cursor of three texts, as an earlier page gave it. */
export const PlaceCursor = text(2_000)
  .transform((cursor, context): [string, string, string] => {
    const [first, second, third, ...more] = partsOf(cursor) ?? [];
    if (first !== undefined && second !== undefined && third !== undefined && more.length === 0)
      return [first, second, third];
    context.addIssue({ code: "custom", message: "não é um cursor fornecido por esta API" });
    return z.NEVER;
  })
  .openapi({ type: "string" });
