import type { UserCause } from "../accounts/actor.ts";
import type { FeedFailure } from "../journal/failures.ts";
import { FEED_START, type FeedPosition, formatCursor, hasExpired } from "../journal/feed.ts";
import { audit } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed } from "../lib/result.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Ports } from "../ports/ports.ts";
import type { Guard } from "../ports/sql.ts";
import { type Attempt, attempt } from "./attempt.ts";
import type { WebhookFailure } from "./failures.ts";
import { openSecrets } from "./secrets.ts";
import { webhookDeliveries } from "./tables.ts";
import { commitChange, findWebhook, type Webhook } from "./webhooks.ts";

/** An event that was sent to a webhook, with its newest attempts. */
export type Delivery = typeof webhookDeliveries.$inferSelect;

const DELIVERY = columnsOf(webhookDeliveries, "d", [
  "company",
  "webhook",
  "event",
  "type",
  "state",
  "attempts",
  "log",
  "firstAt",
  "nextAt",
  "updatedAt",
]);
/** Longest time that a person waits for the answer to a ping. */
const PING_MS = 7_000;

/** Up to `limit` deliveries of a webhook with an event before `before`, the newest event first; of one state where asked. */
export async function listDeliveries(
  ports: Pick<Ports, "reader">,
  company: number,
  webhook: string,
  page: {
    readonly before: FeedPosition | null;
    readonly state: Delivery["state"] | null;
    readonly limit: number;
  },
): Promise<Delivery[]> {
  const rows = await ports.reader.rows({
    sql: `select ${DELIVERY.sql} from webhook_deliveries d
      where d.company = ?1 and d.webhook = ?2 and d.event < ?3 and (?4 is null or d.state = ?4)
      order by d.event desc limit ?5`,
    args: [company, webhook, page.before ?? Number.MAX_SAFE_INTEGER, page.state, page.limit],
  });
  return rows.map(DELIVERY.read);
}

/** Up to `limit` deliveries that are due at `now`, the longest due first. */
export async function dueDeliveries(
  ports: Pick<Ports, "reader">,
  { company, id }: Pick<Webhook, "company" | "id">,
  now: number,
  limit: number,
): Promise<Delivery[]> {
  const rows = await ports.reader.rows({
    sql: `select ${DELIVERY.sql} from webhook_deliveries d
      where d.company = ?1 and d.webhook = ?2 and d.state = 'waiting' and d.next_at <= ?3 order by d.next_at limit ?4`,
    args: [company, id, now, limit],
  });
  return rows.map(DELIVERY.read);
}

/** A webhook that is active, and the instant at which it was found so. Fails with `webhook.not_found`, `webhook.inactive`. */
async function activeWebhook(
  ports: Pick<Ports, "read">,
  company: number,
  id: string,
): Promise<Webhook> {
  const webhook = await findWebhook(ports, company, id);
  if (!webhook.active) throw new Failed<WebhookFailure>({ code: "webhook.inactive" });
  return webhook;
}

/** The event is in the log of the webhook, or in the company's feed. */
const isKnown = (company: number, webhook: string, event: FeedPosition): Guard => ({
  sql: `select 1 from webhooks w where w.company = ?1 and w.id = ?2
    and exists (select 1 from events e where e.id = ?3 and e.company = ?1)`,
  args: [company, webhook, event],
});

/**
 * Sends one event again, now, whatever its types are and whether it was delivered or given up; it is tried for three days again.
 * Fails with `webhook.not_found`, `webhook.inactive`, `webhook.event_not_found`.
 */
export async function replayEvent(
  ports: Pick<Ports, "read" | "reader" | "writer" | "queue" | "clock">,
  id: string,
  event: FeedPosition,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  await activeWebhook(ports, company, id);
  const at = ports.clock.now();
  const known = isKnown(company, id, event);
  const [there] = await ports.reader.rows(known);
  if (there === undefined) throw new Failed<WebhookFailure>({ code: "webhook.event_not_found" });
  await commitChange(ports, { company, id }, [
    {
      sql: `insert into webhook_deliveries (company, webhook, event, type, state, attempts, log, first_at, next_at, updated_at)
        select ?1, ?2, ?3, (select type from events where id = ?3), 'waiting', 0, '[]', ?4, ?4, ?4 where exists (${known.sql})
        on conflict do update set state = 'waiting', attempts = 0, first_at = ?4, next_at = ?4, updated_at = ?4`,
      args: [...known.args, at],
    },
    {
      sql: `update webhooks set paused_until = 0, run = null, run_until = null
        where company = ?1 and id = ?2 and exists (${known.sql})`,
      args: known.args,
    },
    audit(
      cause,
      at,
      { action: "webhook.replay", entity: "webhook", id, detail: { event: formatCursor(event) } },
      known,
    ),
  ]);
}

/**
 * Sends every event after a position again, in their order. Fails with `webhook.not_found`, `webhook.inactive`, and with
 * `events.expired` when events after it are not kept any more.
 */
export async function replayAfter(
  ports: Pick<Ports, "read" | "reader" | "writer" | "queue" | "clock">,
  id: string,
  after: FeedPosition,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  await activeWebhook(ports, company, id);
  if (await hasExpired(ports, company, after))
    throw new Failed<FeedFailure>({
      code: "events.expired",
      next_cursor: formatCursor(FEED_START),
    });
  const at = ports.clock.now();
  // What waits is sent in its place among the others.
  await commitChange(ports, { company, id }, [
    {
      sql: `update webhooks set position = min(position, ?3), paused_until = 0, run = null, run_until = null, updated_at = ?4
        where company = ?1 and id = ?2`,
      args: [company, id, after, at],
    },
    {
      sql: "delete from webhook_deliveries where company = ?1 and webhook = ?2 and event > ?3 and state = 'waiting'",
      args: [company, id, after],
    },
    audit(
      cause,
      at,
      { action: "webhook.replay", entity: "webhook", id, detail: { after: formatCursor(after) } },
      { sql: "select 1 from webhooks where company = ?1 and id = ?2", args: [company, id] },
    ),
  ]);
}

/**
 * Posts the event `webhook.ping` now and tells what came of it; it stands in no feed and no log. Also for a
 * webhook that is not active. Fails with `webhook.not_found`, `webhook.secret_unreadable`.
 */
export async function ping(
  ports: Pick<Ports, "read" | "config" | "outgoing" | "clock" | "meter" | "log">,
  company: number,
  id: string,
  signal: AbortSignal,
): Promise<Attempt> {
  const webhook = await findWebhook(ports, company, id);
  const at = ports.clock.now();
  const keys = await openSecrets(ports, webhook, at);
  if (keys.length === 0) throw new Failed<WebhookFailure>({ code: "webhook.secret_unreadable" });
  const event = {
    id: `ping_${newId()}`,
    type: "webhook.ping",
    at: new Date(at).toISOString(),
    payload: { webhook_id: id },
  };
  return attempt(ports, webhook.url, keys, event, { timeoutMs: PING_MS, signal });
}
