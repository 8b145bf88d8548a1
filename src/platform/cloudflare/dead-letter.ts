import { z } from "zod";

/** A message in the dead-letter queue, and the fault of its last attempt. */
const DeadLetter = z.object({
  v: z.literal(1),
  kind: z.literal("dead"),
  reason: z.string(),
  body: z.unknown(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** The reason of attempts without an outcome: the runtime ended their process, for time or memory. */
export const INTERRUPTED = "interrupted";

export const deadLetterOf = (body: unknown, reason: string): DeadLetter => ({
  v: 1,
  kind: "dead",
  reason,
  body,
});

/** The message and its reason; one that Cloudflare itself moved there has none. */
export function readDeadLetter(sent: unknown): Pick<DeadLetter, "body" | "reason"> {
  const { success, data } = DeadLetter.safeParse(sent);
  return success ? data : { body: sent, reason: INTERRUPTED };
}
