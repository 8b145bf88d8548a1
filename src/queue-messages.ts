import { z } from "zod";

/** Cloudflare Queues take no larger message: 128,000 bytes, not 131,072. */
export const MESSAGE_BYTES = 128_000;

/** A UUID (lib/id.ts). */
const id = z.string().min(1).max(64);

/**
 * What travels in the queue: keys of rows, never a document. `v` lets old messages be read after a deploy.
 * document: one document of a batch, by its position in the job. archive: a ZIP that is to be made into such documents.
 * export: one file to be written.
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
]);
export type Message = z.infer<typeof Message>;

/** One name for one piece of work: sent again while it waits, it is still once in the queue. */
export const keyOf = (message: Message): string =>
  message.kind === "document"
    ? `document:${message.company}:${message.job}:${message.position}`
    : `${message.kind}:${message.company}:${message.job}`;
