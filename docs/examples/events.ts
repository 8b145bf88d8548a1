/**
 * Reads the feed with the typed client. Use: SGE_URL=http://127.0.0.1:8003 SGE_TOKEN=sge_... bun docs/examples/events.ts
 * Prints one line for each event that moved goods.
 */
import { createClient } from "../../src/client.ts";

const { SGE_URL = "http://127.0.0.1:8003", SGE_TOKEN = "" } = process.env;
const sge = createClient(SGE_URL, { token: SGE_TOKEN });

for (let after: string | undefined; ; ) {
  const answer = await sge.api.events.$get({
    query: after === undefined ? { limit: "500" } : { after, limit: "500" },
  });
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
  const { data, next_cursor } = await answer.json();
  for (const event of data)
    if (event.type === "movement.created" || event.type === "nfe.processed")
      for (const { product_code, balance } of event.payload.movements)
        process.stdout.write(`${event.type} ${product_code} ${balance}\n`);
  if (data.length === 0) break;
  after = next_cursor;
}
