import pMap from "p-map";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Statement } from "../../ports/sql.ts";
import { Message } from "../../queue-messages.ts";
import { edgeRetrySeconds } from "../../resilience/job-retry.ts";
import { deleteParked, storeUnreadable } from "../libsql/queue-table.ts";
import type { BatchContext, Deliveries, Delivery } from "./consume-batch.ts";
import { readDeadLetter } from "./dead-letter.ts";

/** Forgets what was buried long ago. Rejects as the writer does. */
export const deleteExpiredParked = ({
  writer,
  clock,
}: Pick<Ports, "writer" | "clock">): Promise<void> =>
  commitStatements(writer, [deleteParked(clock.now() - JOB_KEPT_MS)]);

/**
 * Takes what the dead-letter queue holds: its job says that it was tried for the last time, and why. A message that nobody
 * can read has no job: it is buried in the table `queue`, where a single server keeps such too, and `/api/health/full`
 * counts it. Never rejects; what could not be written comes again.
 */
export async function parkBatch(
  { messages }: Deliveries,
  hands: Omit<BatchContext, "dead"> & Pick<Ports, "clock">,
): Promise<void> {
  const { consumer, config, log, random, clock } = hands;
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
