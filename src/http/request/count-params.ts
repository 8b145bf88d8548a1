import { z } from "@hono/zod-openapi";
import { codeText, pageRows, wholeNumber } from "../schemas.ts";

export const CountIdParam = z.object({ id: codeText(64).min(1) });
export const CountLineParam = CountIdParam.extend({ line: wholeNumber(1) });

/** Rows of a page that goes on by a cursor. */
export const CursorLimit = pageRows(50, 100);

export const CursorPagination = z
  .object({ limit: z.int(), next_cursor: z.string().nullable() })
  .openapi("CursorPagination");

/** The cursor after a page: that of its last row; null where the page is not full. */
export function cursorAfter<T>(
  rows: readonly T[],
  limit: number,
  cursor: (row: T) => string | number,
): z.infer<typeof CursorPagination> {
  const last = rows.at(-1);
  return {
    limit,
    next_cursor: last === undefined || rows.length < limit ? null : String(cursor(last)),
  };
}
