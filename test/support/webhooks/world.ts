import { listDeliveries } from "../../../src/webhooks/deliveries.ts";
import { sendDueWebhooks } from "../../../src/webhooks/due.ts";
import { findWebhook } from "../../../src/webhooks/webhooks.ts";
import { testApp } from "../app.ts";
import { appendTestEvents, sequence } from "../feed/append-test-events.ts";
import type { TestOverrides } from "../ports.ts";
import { runJobs } from "../run-jobs.ts";

/** A service whose feed a test fills, and whose webhooks are sent when it says so. */
export async function webhookWorld(overrides: TestOverrides = {}) {
  const service = await testApp(overrides);
  const { ports, send } = service;
  return {
    ...service,
    /** The body of a new webhook, with its secret. */
    async made(url: string, events: readonly string[] = ["*"]) {
      const { status, body, text } = await send("POST", "/api/webhooks", { json: { url, events } });
      if (status !== 201) throw new Error(text);
      return body;
    },
    /** Appends so many events. */
    happens: (count: number) => appendTestEvents(ports, sequence(count)),
    /** Looks for what is due, and works until nothing is ready. */
    async sent() {
      await sendDueWebhooks(ports);
      await runJobs(ports);
    },
    /** The webhook as it is stored; the tokens of the API last for a day of the clock only. */
    stored: (id: string) => findWebhook(ports, 1, id),
    /** Its log, the newest event first. */
    log: (id: string) => listDeliveries(ports, 1, id, { before: null, state: null, limit: 2_000 }),
  };
}

export type WebhookWorld = Awaited<ReturnType<typeof webhookWorld>>;

/** Runs a test in a world of its own. */
export async function withWebhooks(
  run: (world: WebhookWorld) => Promise<void>,
  overrides: TestOverrides = {},
): Promise<void> {
  const world = await webhookWorld(overrides);
  try {
    await run(world);
  } finally {
    await world.close();
  }
}
