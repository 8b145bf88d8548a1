import { consumerOf } from "../../src/consumer.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Consumer } from "../../src/ports/queue.ts";
import { type TestPorts, testQueue } from "./ports.ts";

/**
 * Lets a process of its own take everything that is ready, until nothing is, and end. What fails is ready again at once,
 * and so is handed out until it is parked. `over` puts something in the place of a port, or of the whole consumer.
 */
export async function runJobs(
  ports: TestPorts,
  over: Partial<Ports> = {},
  consumerFor: (ports: Ports) => Consumer = consumerOf,
): Promise<void> {
  const queue = testQueue(ports);
  const seen: Ports = { ...ports, queue, ...over };
  queue.start(consumerFor(seen));
  await queue.idle();
  await queue.stop(5_000);
}
