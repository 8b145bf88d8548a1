import type { MessageQueue } from "../../ports/queue.ts";
import type { Log } from "../../ports/telemetry.ts";
import { MESSAGE_BYTES, type Message } from "../../queue-messages.ts";
import { type CallLimiter, sendRetry } from "../../resilience/policies.ts";

/** Limits of one sendBatch. Measured: 4 messages of 100 KiB are refused, 3 of 90,000 bytes pass. */
const BATCH_MESSAGES = 100;
const BATCH_BYTES = 256_000;

/** The part of a Queue that accepts messages. */
export interface Sink {
  sendBatch(
    messages: readonly { readonly body: Message; readonly contentType: "json" }[],
  ): Promise<unknown>;
}

/**
 * Ports.MessageQueue over Cloudflare Queues, which are outside of the database: messages are sent after the commit. Those that
 * could not be sent after a few tries are logged, and maintenance sends them: the commit is already acknowledged.
 */
export function workersQueue(
  jobs: Sink,
  { limiter, log }: { limiter: CallLimiter; log: Log },
): MessageQueue {
  return {
    send(messages) {
      const batches = batchesOf(messages);
      return {
        statements: [],
        async afterCommit() {
          for (const batch of batches) {
            const requests = batch.map((body) => ({ body, contentType: "json" as const }));
            await sendRetry
              .execute(() => limiter(() => jobs.sendBatch(requests)))
              .catch((error: unknown) => {
                const name = error instanceof Error ? error.name : "unknown";
                log("error", "queue.unsent", { messages: batch.length, name });
              });
          }
        },
      };
    },
  };
}

/**
 * Messages in batches that the queue accepts. Its error for a too large batch names no message, so each is measured: throws a
 * RangeError for a message over MESSAGE_BYTES, before the rows that it names are written.
 */
export function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let [count, bytes] = [BATCH_MESSAGES, 0];
  for (const message of messages) {
    const size = new TextEncoder().encode(JSON.stringify(message)).byteLength;
    if (size > MESSAGE_BYTES) throw new RangeError(`a message of ${size} bytes`);
    if (count === BATCH_MESSAGES || bytes + size > BATCH_BYTES) {
      batches.push([]);
      [count, bytes] = [0, 0];
    }
    batches.at(-1)?.push(message);
    count += 1;
    bytes += size;
  }
  return batches;
}
