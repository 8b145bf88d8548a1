import { z } from "zod";

/** The largest message that Cloudflare Queues accept: 128,000 bytes, not 131,072. */
export const MESSAGE_BYTES = 128_000;

/** A UUID (lib/id.ts). */
const id = z.string().min(1).max(64);

/**
 * A message of the queue: keys of rows, never a document. `v`: messages sent before a deploy can be read after it.
 * document: one document of a batch, by its position in the job. archive: a ZIP to be unpacked into such documents.
 * export: one file to be written. webhook: the events of one webhook that are due.
 */
export const Message = z.discriminatedUnion("kind", [
  z.object({
    v: z.literal(1),
    kind: z.literal("document"),
    company: z.int(),
    job: id,
    position: z.int().min(0),
  }),
  z.object({ v: z.literal(1), kind: z.literal("archive"), company: z.int(), job: id }),
  z.object({ v: z.literal(1), kind: z.literal("export"), company: z.int(), job: id }),
  z.object({ v: z.literal(1), kind: z.literal("webhook"), company: z.int(), webhook: id }),
]);
export type Message = z.infer<typeof Message>;

/** Every kind of message: each has a lane of its own. */
export const MESSAGE_KINDS: readonly Message["kind"][] = Message.options.map(
  ({ shape }) => shape.kind.value,
);

/** Identifies the work of a message: a message that is sent again while it waits is in the queue only once. */
export function messageKey(message: Message): string {
  const { kind, company } = message;
  switch (kind) {
    case "document":
      return `document:${company}:${message.job}:${message.position}`;
    case "webhook":
      return `webhook:${company}:${message.webhook}`;
    case "archive":
    case "export":
      return `${kind}:${company}:${message.job}`;
  }
}
