import pMap from "p-map";
import type { Config } from "../../config.ts";
import type { Consumer, MessageOutcome } from "../../ports/queue.ts";
import type { Log } from "../../ports/telemetry.ts";
import { edgeRetrySeconds } from "../../resilience/job-retry.ts";
import type { GroupWriter } from "../libsql/group-writer.ts";
import { type Delivery, inTurns, passOn } from "./company-turns.ts";
import { type DeadLetter, deadLetterOf, INTERRUPTED } from "./dead-letter.ts";
import type { Sink } from "./queue.ts";

interface DeadLetterQueue {
  send(letter: DeadLetter, options: { contentType: "json" }): Promise<unknown>;
}
export type Deliveries = { readonly messages: readonly Delivery[] };

/** What the handling of a batch needs. */
export interface BatchContext {
  readonly consumer: Consumer;
  /** The dead-letter queue; without it Cloudflare moves failed messages there itself, without a reason. */
  readonly dead: DeadLetterQueue | undefined;
  /** The queue itself, for messages that go behind those of other companies; without it all are worked off at once. */
  readonly jobs?: Sink | undefined;
  readonly config: Pick<Config, "JOB_ATTEMPTS" | "JOB_CONCURRENCY">;
  readonly log: Log;
  /** The consumer's writer, for the figures in the log: concurrent writes share commits. */
  readonly writer?: Pick<GroupWriter, "figures">;
  readonly random: () => number;
}

/** Cloudflare ends a consumer after 15 minutes: longer work is aborted before, and delivered again. */
const BATCH_MS = 14 * 60_000;
/**
 * Handles the messages of a batch, some at a time; companies take turns, and what one has above its share of a full batch goes to the
 * end of the queue. Each is acknowledged or retried alone; after JOB_ATTEMPTS it is sent to
 * the dead-letter queue with its reason, because the database that could store the reason may be down.
 * Never rejects: then Cloudflare would repeat the whole batch.
 */
export async function consumeBatch({ messages }: Deliveries, context: BatchContext): Promise<void> {
  const { consumer, config, log, writer } = context;
  const signal = AbortSignal.timeout(BATCH_MS);
  const counts = { done: 0, retried: 0, dead: 0 };
  const turns = await passOn(inTurns(messages), context);
  await pMap(
    turns,
    async (message) => {
      const outcome: MessageOutcome =
        message.attempts > config.JOB_ATTEMPTS
          ? { retry: INTERRUPTED }
          : await consumer.consume(message.body, signal).catch(retryAfter);
      counts[await settle(message, outcome, context)] += 1;
    },
    { concurrency: config.JOB_CONCURRENCY },
  );
  const level = counts.dead > 0 ? "warn" : "info";
  const { committed: writes = null, groups = null } = writer?.figures() ?? {};
  const passed = messages.length - turns.length;
  log(level, "queue.batch", { messages: messages.length, ...counts, passed, writes, groups });
}

/** A consumer does not reject; if one does, only its own message is retried. */
const retryAfter = (error: unknown): MessageOutcome => ({
  retry: error instanceof Error ? error.name : "unknown",
});

/** Acknowledges, parks or retries a message by its outcome. */
async function settle(
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
