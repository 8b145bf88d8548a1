import { createApp } from "./app.ts";
import { consumerOf } from "./consumer.ts";
import { trusted } from "./lib/cast.ts";
import { deliver } from "./mail/deliver.ts";
import { runMaintenance } from "./maintenance.ts";
import { failureSentence } from "./messages/pt-BR/failures/failures.ts";
import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import type { Bindings } from "./platform/cloudflare/bindings.ts";
import { Bucket } from "./platform/cloudflare/bucket.ts";
import { consumeBatch } from "./platform/cloudflare/consume-batch.ts";
import { deleteExpiredParked, parkBatch } from "./platform/cloudflare/park-batch.ts";
import { cloudflarePorts } from "./platform/cloudflare/ports.ts";

/** Cloudflare ends a cron after 15 minutes; the next goes on where this one was. */
const SWEEP_MS = 10 * 60_000;

const portsOf = (bindings: Bindings) =>
  cloudflarePorts(bindings, { readDocument, compareDocuments });

// workerd gives its handlers the bindings of wrangler.toml.
const app = createApp((bindings) => portsOf(trusted<Bindings>(bindings)));

/** Door: the service on Cloudflare Workers. The database is migrated, and its first company made, from Bun before a deploy. */
export default {
  fetch(request, bindings, context) {
    const answer = Promise.resolve(app.fetch(request, bindings, context));
    // A client that leaves ends its work by the request's signal; unheld, it would be stopped wherever it waits.
    context.waitUntil(answer);
    return answer;
  },

  /** Both queues: what is to be done, and (its name ends so) what was tried for the last time. */
  queue: (batch, bindings) => {
    const ports = portsOf(bindings);
    const hands = { ...ports, consumer: consumerOf(ports), random: Math.random };
    return batch.queue.endsWith("-dead")
      ? parkBatch(batch, hands)
      : consumeBatch(batch, { ...hands, dead: bindings.DEAD_JOBS });
  },

  /** A mail to a company's address. Whatever throws is a fault that may pass: the sender's server is told to try again. */
  async email(message, bindings) {
    const ports = portsOf(bindings);
    const refusal = await deliver(ports, message);
    // Mail servers speak ASCII to one another.
    if (refusal !== null) message.setReject(inAscii(failureSentence(refusal)));
    ports.meter.flush?.();
  },

  async scheduled(_cron, bindings) {
    const ports = portsOf(bindings);
    await deleteExpiredParked(ports);
    await runMaintenance(ports, AbortSignal.timeout(SWEEP_MS));
  },
} satisfies ExportedHandler<Bindings>;

const inAscii = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "");

/** One object for each token bucket (wrangler.toml). */
export { Bucket };
