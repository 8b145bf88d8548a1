import pMap from "p-map";
import type { Config } from "../../config.ts";
import type { Consumer, MessageOutcome } from "../../ports/queue.ts";
import type { Log } from "../../ports/telemetry.ts";
import { edgeRetrySeconds } from "../../resilience/job-retry.ts";
import type { GroupWriter } from "../libsql/group-writer.ts";
import { type DeadLetter, deadLetterOf, INTERRUPTED } from "./dead-letter.ts";

/** A message as Cloudflare hands it out; attempts are counted from 1. */
export interface Delivery {
  readonly id: string;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options: { delaySeconds: number }): void;
}
interface DeadLetters {
  send(letter: DeadLetter, options: { contentType: "json" }): Promise<unknown>;
}
export type Deliveries = { readonly messages: readonly Delivery[] };

/** What a batch of messages is handed to. */
export interface BatchContext {
  readonly consumer: Consumer;
  /** The dead-letter queue; without it Cloudflare moves what has failed there by itself, and no reason goes with it. */
  readonly dead: DeadLetters | undefined;
  readonly config: Pick<Config, "JOB_ATTEMPTS" | "JOB_CONCURRENCY">;
  readonly log: Log;
  /** Of the writer that the consumer writes through: what it does at once shares commits. */
  readonly writer?: Pick<GroupWriter, "figures">;
  readonly random: () => number;
}

/** Cloudflare ends a consumer after 15 minutes: what takes longer is told to end, and comes again by itself. */
const BATCH_MS = 14 * 60_000;
/**
 * Hands out the messages of a batch, some at a time. Each is acknowledged or put off by itself; after JOB_ATTEMPTS it goes
 * to the dead-letter queue, and the reason with it: the database that would keep the reason may be what is away.
 * Never rejects: then Cloudflare would repeat the whole batch.
 */
export async function consumeBatch({ messages }: Deliveries, hands: BatchContext): Promise<void> {
  const { consumer, config, log, writer } = hands;
  const signal = AbortSignal.timeout(BATCH_MS);
  const counts = { done: 0, retried: 0, dead: 0 };
  await pMap(
    messages,
    async (message) => {
      const outcome: MessageOutcome =
        message.attempts > config.JOB_ATTEMPTS
          ? { retry: INTERRUPTED }
          : await consumer.consume(message.body, signal).catch(faulty);
      counts[await settled(message, outcome, hands)] += 1;
    },
    { concurrency: config.JOB_CONCURRENCY },
  );
  const level = counts.dead > 0 ? "warn" : "info";
  const { committed: writes = null, groups = null } = writer?.figures() ?? {};
  log(level, "queue.batch", { messages: messages.length, ...counts, writes, groups });
}

/** A consumer does not reject; if one does, its neighbours are not to come again with it. */
const faulty = (error: unknown): MessageOutcome => ({
  retry: error instanceof Error ? error.name : "unknown",
});

/** Says to the queue what became of a message. */
async function settled(
  message: Delivery,
  outcome: MessageOutcome,
  { dead, config, log, random }: BatchContext,
): Promise<"done" | "retried" | "dead"> {
  if (outcome === "done") {
    message.ack();
    return "done";
  }
  if (message.attempts >= config.JOB_ATTEMPTS && dead !== undefined) {
    try {
      await dead.send(deadLetterOf(message.body, outcome.retry), { contentType: "json" });
      message.ack();
      return "dead";
    } catch (error) {
      log("error", "queue.unsent", { name: error instanceof Error ? error.name : "unknown" });
    }
  }
  message.retry({ delaySeconds: edgeRetrySeconds(message.attempts, random) });
  return "retried";
}
