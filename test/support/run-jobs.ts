import { consumerOf } from "../../src/consumer.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Consumer } from "../../src/ports/queue.ts";
import { type TestPorts, testQueue } from "./ports.ts";

/**
 * Runs a consumer on the queue until no message is ready, and stops it. A message that fails is ready again at once, until it is
 * parked. `over` replaces ports; `consumerFor` replaces the whole consumer.
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
