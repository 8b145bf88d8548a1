import { bunHealth } from "../../src/platform/bun/health.ts";
import { healthContract } from "../contracts/health.ts";
import { testContract } from "../support/contract-tests.ts";
import { testPorts } from "../support/ports.ts";

/** The health of a service whose database alone is another's. */
testContract("bun", healthContract, async (reader) => {
  const { config, writer, queue, database, close } = await testPorts();
  const health = bunHealth({
    config,
    reader,
    writer,
    queue,
    documents: {
      figures: () => ({ workers: 1, busy: 0, queued: 0, answered: 0, timeouts: 0, crashes: 0 }),
    },
    blobs: { writable: async () => undefined },
    breakers: () => [],
    database,
  });
  return { health, close };
});
