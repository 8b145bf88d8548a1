import { z } from "@hono/zod-openapi";
import { parseCursor } from "../../journal/feed.ts";

/** A position in the feed, as an earlier answer or event gave it. */
export const FeedCursor = z
  .string()
  .transform((text, context) => {
    const position = parseCursor(text);
    if (position !== null) return position;
    context.addIssue({ code: "custom", message: "não é um cursor fornecido por esta API" });
    return z.NEVER;
  })
  .openapi({ type: "string", example: "e2s" });
