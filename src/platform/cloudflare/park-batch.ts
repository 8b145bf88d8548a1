import pMap from "p-map";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Statement } from "../../ports/sql.ts";
import { Message } from "../../queue-messages.ts";
import { edgeRetrySeconds } from "../../resilience/job-retry.ts";
import { deleteParked, storeUnreadable } from "../libsql/queue-table.ts";
import type { Delivery } from "./company-turns.ts";
import type { BatchContext, Deliveries } from "./consume-batch.ts";
import { readDeadLetter } from "./dead-letter.ts";

/** Deletes parked messages whose retention is over. Rejects as the writer does. */
export const deleteExpiredParked = ({
  writer,
  clock,
}: Pick<Ports, "writer" | "clock">): Promise<void> =>
  commitStatements(writer, [deleteParked(clock.now() - JOB_KEPT_MS)]);

/**
 * Handles the messages of the dead-letter queue: the job of each shows that it failed for the last time, and why. An
 * unreadable message has no job: it is stored in the table `queue`, as on a single server, and `/api/health/full` counts it.
 * Never rejects; a message that could not be written is delivered again.
 */
export async function parkBatch(
  { messages }: Deliveries,
  context: Omit<BatchContext, "dead"> & Pick<Ports, "clock">,
): Promise<void> {
  const { consumer, config, log, random, clock } = context;
  const park = async (message: Delivery) => {
    const { body, reason } = readDeadLetter(message.body);
    const along: Statement[] = Message.safeParse(body).success
      ? []
      : [storeUnreadable(`unreadable:${message.id}`, body, reason, clock.now())];
    await consumer.park(body, reason, along);
  };
  await pMap(
    messages,
    async (message) => {
      try {
        await park(message);
        message.ack();
      } catch (error) {
        const name = error instanceof Error ? error.name : "unknown";
        log("warn", "queue.unparked", { name, attempts: message.attempts });
        message.retry({ delaySeconds: edgeRetrySeconds(message.attempts, random) });
      }
    },
    { concurrency: config.JOB_CONCURRENCY },
  );
}
