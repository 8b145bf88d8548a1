import { z } from "@hono/zod-openapi";
import type { WaitingCursor } from "../../ingest/supplier-items/waiting-items.ts";

const Parts = z.tuple([
  z.string().regex(/^\d{1,19}$/),
  z.string().max(60),
  z.string().max(60),
  z.string().max(20),
]);

/** The cursor of a page as a text for clients, who send it back unchanged. */
export function cursorText({ value, supplier, code, unit }: WaitingCursor): string {
  const text = encodeURIComponent(JSON.stringify([value, supplier, code, unit]));
  return btoa(text).replaceAll("=", "");
}

/** A cursor that a client sends back; any other text is refused. */
export const WaitingCursorParam = z
  .string()
  .max(2_000)
  .transform((text, context): WaitingCursor => {
    const parts = Parts.safeParse(jsonOf(text));
    if (parts.success) {
      const [value, supplier, code, unit] = parts.data;
      return { value, supplier, code, unit };
    }
    context.addIssue({ code: "custom", message: "não é um cursor deste serviço" });
    return z.NEVER;
  })
  .openapi({ type: "string" });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(atob(text)));
  } catch {
    return null;
  }
}
