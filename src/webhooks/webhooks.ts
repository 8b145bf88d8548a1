import { and, eq } from "drizzle-orm";
import type { UserCause } from "../accounts/actor.ts";
import { audit, bumpTags } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { publicUrl } from "../lib/public-url.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Guard, Statement } from "../ports/sql.ts";
import type { WebhookFailure } from "./failures.ts";
import { newSecret, OVERLAP_MS, sealSecret } from "./secrets.ts";
import { webhooks } from "./tables.ts";

/** A webhook of a company; secrets sealed, instants in ms UTC. */
export type Webhook = typeof webhooks.$inferSelect;

export interface NewWebhook {
  readonly url: string;
  /** Types of the feed, or `*` for all. */
  readonly events: readonly string[];
  readonly description: string;
}
export type WebhookChange = Partial<NewWebhook & { readonly active: boolean }>;

/** Webhooks of one company. */
export const MAX_WEBHOOKS = 20;

type Writing = Pick<Ports, "config" | "read" | "writer" | "clock" | "queue">;

/** The company's webhooks, the oldest first. */
export const listWebhooks = (ports: Pick<Ports, "read">, company: number): Promise<Webhook[]> =>
  ports.read.select().from(webhooks).where(eq(webhooks.company, company)).orderBy(webhooks.id);

/** A webhook of the company. Fails with `webhook.not_found`. */
export async function findWebhook(
  ports: Pick<Ports, "read">,
  company: number,
  id: string,
): Promise<Webhook> {
  const [row] = await ports.read
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.company, company), eq(webhooks.id, id)));
  if (row === undefined) throw new Failed<WebhookFailure>({ code: "webhook.not_found" });
  return row;
}

/**
 * Makes a webhook, which gets the events from now on; the secret is shown only here. Fails with `webhook.url`,
 * `webhook.too_many`.
 */
export async function createWebhook(
  ports: Writing,
  { url, events, description }: NewWebhook,
  cause: UserCause,
): Promise<{ webhook: Webhook; secret: string }> {
  const { company, userId } = cause.actor;
  const { host, href } = checkedUrl(ports, url);
  const id = newId();
  const secret = newSecret();
  const sealed = await sealSecret(ports, secret, company, id);
  const at = ports.clock.now();
  const made = await ports.writer.commit({
    statements: [
      {
        sql: `insert into webhooks (company, id, url, host, events, description, active, secret, position, created_by, created_at, updated_at)
          select ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, coalesce((select max(id) from events where company = ?1), 0), ?8, ?9, ?9
          where (select count(*) from webhooks where company = ?1) < ?10 returning id`,
        args: [
          company,
          id,
          href,
          host,
          JSON.stringify(events),
          description,
          sealed,
          userId,
          at,
          MAX_WEBHOOKS,
        ],
      },
      audit(
        cause,
        at,
        { action: "webhook.create", entity: "webhook", id, detail: { host, events } },
        isThere(company, id),
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!made) throw new Failed<WebhookFailure>({ code: "webhook.too_many", limit: MAX_WEBHOOKS });
  return { webhook: await findWebhook(ports, company, id), secret };
}

/**
 * Changes the given members. What failed at another address, or before it was made active again, is forgotten; what waits is
 * tried at once, and a run in work writes no results. Fails with `webhook.not_found`, `webhook.url`.
 */
export async function changeWebhook(
  ports: Writing,
  id: string,
  { url, events, description, active }: WebhookChange,
  cause: UserCause,
): Promise<Webhook> {
  const { company } = cause.actor;
  const target = url === undefined ? null : checkedUrl(ports, url);
  const at = ports.clock.now();
  await commitChange(ports, { company, id }, [
    {
      sql: `update webhooks set url = coalesce(?3, url), host = coalesce(?4, host), events = coalesce(?5, events),
          description = coalesce(?6, description), active = coalesce(?7, active), updated_at = ?8, run = null, run_until = null,
          disabled_why = case when ?7 is null then disabled_why end, disabled_at = case when ?7 is null then disabled_at end,
          failing_since = case when ?3 is null and ?7 is null then failing_since end,
          failed_runs = case when ?3 is null and ?7 is null then failed_runs else 0 end,
          paused_until = case when ?3 is null and ?7 is null then paused_until else 0 end
        where company = ?1 and id = ?2`,
      args: [
        company,
        id,
        target?.href ?? null,
        target?.host ?? null,
        events === undefined ? null : JSON.stringify(events),
        description ?? null,
        active === undefined ? null : Number(active),
        at,
      ],
    },
    ...(active === undefined ? [] : [bumpTags(company, ["alerts"], isThere(company, id))]),
    audit(
      cause,
      at,
      {
        action: "webhook.change",
        entity: "webhook",
        id,
        detail: {
          ...(target === null ? {} : { host: target.host }),
          ...(events === undefined ? {} : { events }),
          ...(active === undefined ? {} : { active }),
        },
      },
      isThere(company, id),
    ),
  ]);
  return findWebhook(ports, company, id);
}

/** Removes a webhook and its log. Fails with `webhook.not_found`. */
export async function deleteWebhook(ports: Writing, id: string, cause: UserCause): Promise<void> {
  const { company } = cause.actor;
  await commitChange(ports, { company, id }, [
    audit(
      cause,
      ports.clock.now(),
      { action: "webhook.delete", entity: "webhook", id, detail: {} },
      isThere(company, id),
    ),
    bumpTags(company, ["alerts"], isThere(company, id)),
    {
      sql: "delete from webhook_deliveries where company = ?1 and webhook = ?2",
      args: [company, id],
    },
    { sql: "delete from webhooks where company = ?1 and id = ?2", args: [company, id] },
  ]);
}

/** Gives a webhook a new secret, shown only here; the one before signs too for 24 hours. Fails with `webhook.not_found`. */
export async function rotateSecret(
  ports: Writing,
  id: string,
  cause: UserCause,
): Promise<{ webhook: Webhook; secret: string }> {
  const { company } = cause.actor;
  const secret = newSecret();
  const sealed = await sealSecret(ports, secret, company, id);
  const at = ports.clock.now();
  await commitChange(ports, { company, id }, [
    {
      sql: `update webhooks set old_secret = secret, old_secret_until = ?4, secret = ?3, updated_at = ?5,
          run = null, run_until = null, paused_until = 0 where company = ?1 and id = ?2`,
      args: [company, id, sealed, at + OVERLAP_MS, at],
    },
    audit(
      cause,
      at,
      { action: "webhook.rotate_secret", entity: "webhook", id, detail: {} },
      isThere(company, id),
    ),
  ]);
  return { webhook: await findWebhook(ports, company, id), secret };
}

/** Selects a row only when the webhook exists. */
export const isThere = (company: number, id: string): Guard => ({
  sql: "select 1 from webhooks where company = ?1 and id = ?2",
  args: [company, id],
});

/** Commits statements about a webhook, and has its events sent. Fails with `webhook.not_found` when it was not there. */
export async function commitChange(
  ports: Pick<Ports, "writer" | "queue">,
  { company, id }: { readonly company: number; readonly id: string },
  statements: readonly Statement[],
): Promise<void> {
  const sent = ports.queue.send([{ v: 1, kind: "webhook", company, webhook: id }]);
  const found = await ports.writer.commit({
    statements: [isThere(company, id), ...statements, ...sent.statements],
    read: ([rows]) => rows?.length === 1,
  });
  await sent.afterCommit();
  if (!found) throw new Failed<WebhookFailure>({ code: "webhook.not_found" });
}

function checkedUrl({ config }: Pick<Ports, "config">, url: string): URL {
  const parsed = publicUrl(url, config.WEBHOOKS_ALLOW_PRIVATE);
  if (parsed.ok) return parsed.value;
  throw new Failed<WebhookFailure>({ code: "webhook.url", why: parsed.error });
}
