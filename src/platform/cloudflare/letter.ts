import { z } from "zod";

/** What stands in the dead-letter queue: a message, and what its last attempt failed with. */
const Letter = z.object({
  v: z.literal(1),
  kind: z.literal("dead"),
  reason: z.string(),
  body: z.unknown(),
});
export type Letter = z.infer<typeof Letter>;

/** Of attempts that nobody has spoken of: their process was ended, for time or for memory. */
export const INTERRUPTED = "interrupted";

export const letterOf = (body: unknown, reason: string): Letter => ({
  v: 1,
  kind: "dead",
  reason,
  body,
});

/** The message and its reason; one that Cloudflare itself has moved there brings none. */
export function readLetter(sent: unknown): Pick<Letter, "body" | "reason"> {
  const { success, data } = Letter.safeParse(sent);
  return success ? data : { body: sent, reason: INTERRUPTED };
}
