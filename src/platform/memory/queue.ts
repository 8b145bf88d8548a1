import type { Consumer, MessageQueue } from "../../ports/queue.ts";
import { type Message, messageKey } from "../../queue-messages.ts";

/** A queue in memory, which ends with the process; `deliver` takes the part of the platform. */
export interface MemoryQueue extends MessageQueue {
  /** Delivers the messages one after the other until none waits; one that failed `attempts` times is parked. */
  deliver(consumer: Consumer, signal?: AbortSignal): Promise<void>;
}

/** Sends after the commit, as Cloudflare Queues do: a crash between the two loses the message. */
export function memoryQueue(attempts: number): MemoryQueue {
  const waiting = new Map<string, { message: Message; attempt: number }>();
  return {
    send: (messages) => ({
      statements: [],
      async afterCommit() {
        for (const message of messages) waiting.set(messageKey(message), { message, attempt: 1 });
      },
    }),
    async deliver(consumer, signal = new AbortController().signal) {
      for (const [key, { message, attempt }] of waiting) {
        waiting.delete(key);
        const outcome = await consumer.consume(message, signal);
        if (outcome === "done") continue;
        if (attempt < attempts) waiting.set(key, { message, attempt: attempt + 1 });
        else await consumer.park(message, outcome.retry, []);
      }
    },
  };
}
