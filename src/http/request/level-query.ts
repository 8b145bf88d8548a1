import { PageQuery, text, wholeNumber } from "../schemas.ts";

/** Page, search words and category: the query of the lists of products and of the stock. */
export const LevelQuery = PageQuery.extend({
  search: text(120).optional().openapi({
    description: "Palavras do nome, do código ou do código de barras, com ou sem acentos",
  }),
  category_id: wholeNumber(1).optional(),
});
