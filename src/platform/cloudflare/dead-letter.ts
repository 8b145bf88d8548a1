import { z } from "zod";

/** What stands in the dead-letter queue: a message, and what its last attempt failed with. */
const DeadLetter = z.object({
  v: z.literal(1),
  kind: z.literal("dead"),
  reason: z.string(),
  body: z.unknown(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Of attempts that nobody has spoken of: their process was ended, for time or for memory. */
export const INTERRUPTED = "interrupted";

export const deadLetterOf = (body: unknown, reason: string): DeadLetter => ({
  v: 1,
  kind: "dead",
  reason,
  body,
});

/** The message and its reason; one that Cloudflare itself has moved there brings none. */
export function readDeadLetter(sent: unknown): Pick<DeadLetter, "body" | "reason"> {
  const { success, data } = DeadLetter.safeParse(sent);
  return success ? data : { body: sent, reason: INTERRUPTED };
}
