import { systemCause } from "../journal/cause.ts";
import { appendEvents, audit, bumpTags } from "../journal/record.ts";
import type { Ports } from "../ports/ports.ts";
import type { Statement } from "../ports/sql.ts";
import { isGone, isReceived, type Outcome } from "./attempt.ts";
import { FAILING_MS, nextAttempt } from "./retry-schedule.ts";
import type { Webhook } from "./webhooks.ts";

/** Attempts that a delivery's log keeps. */
export const KEPT_ATTEMPTS = 20;

/** What came of one event, in the order of the attempts. */
export interface Sent {
  readonly event: number;
  readonly type: string;
  readonly outcome: Outcome;
  /** Attempts before this one, and when the first was; none for an event that is new. */
  readonly attempts: number;
  readonly firstAt: number;
}

/** What a run writes of its webhook. */
export interface RunState {
  readonly position: number;
  readonly failingSince: number | null;
  readonly failedRuns: number;
  readonly pausedUntil: number;
}

/** Why the service disables a webhook. */
export type DisabledWhy = NonNullable<Webhook["disabledWhy"]>;

/**
 * Why a webhook is disabled after these attempts; null: it is not. `gone` at a 410; `failing` when the last attempt failed and
 * none has succeeded for five days.
 */
export function whyDisabled(
  sent: readonly Sent[],
  failingSince: number | null,
): DisabledWhy | null {
  if (sent.some(({ outcome }) => isGone(outcome))) return "gone";
  const last = sent.at(-1);
  if (last === undefined || failingSince === null || isReceived(last.outcome)) return null;
  return last.outcome.at - failingSince >= FAILING_MS ? "failing" : null;
}

/**
 * Writes what a run has sent, and where it stands. `lost`: the run may write no more: its time is over, or a person has
 * changed the webhook meanwhile. Then nothing is written, and those events are sent again.
 */
export async function record(
  ports: Pick<Ports, "writer" | "clock" | "log">,
  { company, id, host }: Pick<Webhook, "company" | "id" | "host">,
  run: string,
  sent: readonly Sent[],
  state: RunState,
): Promise<"continues" | "disabled" | "lost"> {
  const at = ports.clock.now();
  const why = whyDisabled(sent, state.failingSince);
  const disabled = {
    sql: "select 1 from webhooks where company = ?1 and id = ?2 and run = ?3 and disabled_at = ?4",
    args: [company, id, run, at],
  };
  const lines = sent.map((one) => deliveryOf(company, id, run, one));
  const still = await ports.writer.commit({
    statements: [
      {
        sql: `update webhooks set position = ?4, failing_since = ?5, failed_runs = ?6, paused_until = ?7,
            active = case when ?8 is null then active else 0 end, disabled_why = coalesce(?8, disabled_why),
            disabled_at = case when ?8 is null then disabled_at else ?9 end
          where company = ?1 and id = ?2 and run = ?3 returning active`,
        args: [
          company,
          id,
          run,
          state.position,
          state.failingSince,
          state.failedRuns,
          state.pausedUntil,
          why,
          at,
        ],
      },
      ...lines.map(({ statement }) => statement),
      ...(why === null
        ? []
        : [
            appendEvents(
              company,
              at,
              [{ type: "webhook.disabled", payload: { webhook_id: id, why } }],
              disabled,
            ),
            bumpTags(company, ["alerts"], disabled),
            audit(
              systemCause(company, `webhook:${id}`),
              at,
              { action: "webhook.disable", entity: "webhook", id, detail: { host, why } },
              disabled,
            ),
          ]),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!still) return "lost";
  const givenUp = lines.filter(({ state: one }) => one === "given_up").length;
  if (givenUp > 0) ports.log("warn", "webhook.given_up", { company, webhook: id, events: givenUp });
  if (why === null) return "continues";
  ports.log("warn", "webhook.disabled", { company, webhook: id, why });
  return "disabled";
}

/** The line of an event in the log: made at its first attempt, with one more attempt at the others. */
function deliveryOf(
  company: number,
  webhook: string,
  run: string,
  { event, type, outcome, attempts, firstAt }: Sent,
): { statement: Statement; state: "delivered" | "waiting" | "given_up" } {
  const { at, status, fault, ms, retryAfterS } = outcome;
  const next = isReceived(outcome)
    ? null
    : nextAttempt(attempts + 1, firstAt, at, { chance: chance(), retryAfterS });
  const state = isReceived(outcome) ? "delivered" : next === null ? "given_up" : "waiting";
  return {
    state,
    statement: {
      sql: `insert into webhook_deliveries (company, webhook, event, type, state, attempts, log, first_at, next_at, updated_at)
        select ?1, ?2, ?4, ?5, ?6, ?7, json_array(json(?8)), ?9, ?10, ?11
        where exists (select 1 from webhooks where company = ?1 and id = ?2 and run = ?3)
        on conflict do update set state = excluded.state, attempts = excluded.attempts, first_at = excluded.first_at,
          next_at = excluded.next_at, updated_at = excluded.updated_at,
          log = case when json_array_length(log) < ?12 then json_insert(log, '$[#]', json(?8))
            else json_insert(json_remove(log, '$[0]'), '$[#]', json(?8)) end`,
      args: [
        company,
        webhook,
        run,
        event,
        type,
        state,
        attempts + 1,
        JSON.stringify({ at, status, fault, ms }),
        firstAt,
        next,
        at,
        KEPT_ATTEMPTS,
      ],
    },
  };
}

/** A number from 0 to 1. */
const chance = (): number => (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 255;
