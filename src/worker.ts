import pMap from "p-map";
import { createApp } from "./app.ts";
import { consumerOf } from "./consumer.ts";
import { bringPeople } from "./homes/people.ts";
import { chainAllAudits } from "./journal/chain-audit.ts";
import { trusted } from "./lib/cast.ts";
import { deliverAnywhere } from "./mail/deliver.ts";
import { runMaintenance } from "./maintenance.ts";
import { failureSentence } from "./messages/pt-BR/failures/failures.ts";
import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import type { Bindings } from "./platform/cloudflare/bindings.ts";
import { Bucket } from "./platform/cloudflare/bucket.ts";
import { consumeBatch } from "./platform/cloudflare/consume-batch.ts";
import { deleteExpiredParked, parkBatch } from "./platform/cloudflare/park-batch.ts";
import { cloudflarePorts } from "./platform/cloudflare/ports.ts";
import { eachHome } from "./ports/homes.ts";
import type { Ports } from "./ports/ports.ts";
import { readPackedAnswer } from "./sefaz/wire/distribution.ts";
import { sendDueWebhooks } from "./webhooks/due.ts";

/** The cron that only chains new audit lines and looks for webhooks with events to send; the others run maintenance. */
const EACH_MINUTE = "* * * * *";
/** Cloudflare stops a cron after 15 minutes; the next run continues from the saved cursors. */
const MAINTENANCE_TIMEOUT_MS = 10 * 60_000;

const portsOf = (bindings: Bindings) =>
  cloudflarePorts(bindings, { readDocument, compareDocuments, readPackedAnswer });

// workerd gives its handlers the bindings of wrangler.toml.
const app = createApp((bindings) => portsOf(trusted<Bindings>(bindings)));

/** Door: the service on Cloudflare Workers. The database is migrated, and its first company made, from Bun before a deploy. */
export default {
  fetch(request, bindings, context) {
    const answer = Promise.resolve(app.fetch(request, bindings, context));
    // When a client disconnects, the request's signal ends its work. Without waitUntil the runtime would stop it at any await.
    context.waitUntil(answer);
    return answer;
  },

  /** Both queues: messages, and (name with `-dead`) those that failed for the last time. */
  queue: (batch, bindings) => {
    const ports = portsOf(bindings);
    const context = { ...ports, consumer: consumerOf(ports), random: Math.random };
    return batch.queue.endsWith("-dead")
      ? parkBatch(batch, context)
      : consumeBatch(batch, { ...context, jobs: bindings.JOBS, dead: bindings.DEAD_JOBS });
  },

  /** A mail to a company's address. After a throw the sender's server tries again, because the fault may be transient. */
  async email(message, bindings) {
    const ports = portsOf(bindings);
    const refusal = await deliverAnywhere(ports, message);
    // Mail servers exchange ASCII.
    if (refusal !== null) message.setReject(inAscii(failureSentence(refusal)));
    ports.meter.flush?.();
  },

  async scheduled({ cron }, bindings) {
    const ports = portsOf(bindings);
    if (cron === EACH_MINUTE) {
      const signal = AbortSignal.timeout(MAINTENANCE_TIMEOUT_MS);
      await bringPeople(ports, signal);
      await inEachHome(ports, (home) =>
        Promise.all([chainAllAudits(home, signal), sendDueWebhooks(home, null, signal)]),
      );
      return;
    }
    const signal = AbortSignal.timeout(MAINTENANCE_TIMEOUT_MS);
    await deleteExpiredParked(ports);
    await inEachHome(ports, (home) => runMaintenance(home, signal));
  },
} satisfies ExportedHandler<Bindings>;

/** A few databases at a time; one that fails does not stop the others, and the failure is thrown at the end. */
async function inEachHome(ports: Ports, work: (home: Ports) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  await pMap(
    eachHome(ports),
    (home) => work(home).catch((error: unknown) => failures.push(error)),
    { concurrency: 4 },
  );
  if (failures.length > 0) throw failures[0];
}

const inAscii = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "");

/** One object for each token bucket (wrangler.toml). */
export { Bucket };
