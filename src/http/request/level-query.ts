import type { z } from "@hono/zod-openapi";
import { today } from "../../lib/days.ts";
import type { Ports } from "../../ports/ports.ts";
import { idleSinceOf } from "../../stock/reports/dashboard.ts";
import { type LevelFilter, levelsAfter, listLevels } from "../../stock/reports/levels.ts";
import { Flag, text, wholeNumber } from "../schemas.ts";
import { type LevelPosition, readPage, UpdatedAfter } from "./list-page.ts";

/** What `?search` of products looks at: a sentence of the contract. */
export const PRODUCT_WORDS =
  "Palavras do nome, do código ou do código de barras, com ou sem acentos";

/** Search words and category: filters of the lists of products and of the stock. */
export const LEVEL_FILTERS = {
  search: text(120).optional().openapi({ description: PRODUCT_WORDS }),
  category_id: wholeNumber(1).optional(),
  updated_after: UpdatedAfter.optional(),
};

export const LowFlag = Flag.openapi({ description: "Só produtos abaixo do estoque mínimo" });

export const IdleFlag = Flag.openapi({
  description: "Só produtos com saldo e sem movimento há 30 dias",
});

/** Products that last moved before this instant (milliseconds UTC) are idle on the company's present day. */
export const idleSinceAt = (now: number, timeZone: string): number =>
  idleSinceOf(today(now, timeZone), timeZone);

/** A page of products with their balances, by its number or by a cursor. */
export const readLevels = (
  ports: Pick<Ports, "reader">,
  company: number,
  filter: LevelFilter,
  query: Parameters<typeof readPage<never, z.infer<typeof LevelPosition>>>[0],
  signal: AbortSignal,
) =>
  readPage(query, {
    async numbered(page) {
      const { levels, total } = await listLevels(ports, company, filter, page, signal);
      return { rows: levels, total };
    },
    after: ({ limit, after }) => {
      const position = after === null ? null : ([after[1], after[2]] as const);
      return levelsAfter(ports, company, filter, { limit, after: position }, signal);
    },
    positionOf: ({ search, code }): z.infer<typeof LevelPosition> => ["p", search, code],
  });
