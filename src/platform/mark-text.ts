import { z } from "zod";
import type { Mark } from "./installation.ts";

const Installation = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  commits: z.int().min(0),
});
const Text = z.object({
  format: z.literal(1),
  ...Installation.shape,
  at: z.int().min(0),
  next: Installation.nullable(),
  file: z.object({ size: z.int().min(0), changes: z.int().min(0) }).nullable(),
});

/** A mark as one line of JSON. */
export const markText = (mark: Mark): string => JSON.stringify({ format: 1, ...mark });

/** The mark in a line, or null where it is not a mark. */
export function markOf(text: string): Mark | null {
  try {
    const { format: _, ...mark } = Text.parse(JSON.parse(text));
    return mark;
  } catch {
    return null;
  }
}
