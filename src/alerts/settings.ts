import { eq, type InferSelectModel } from "drizzle-orm";
import type { UserCause } from "../accounts/actor.ts";
import { ALERT_TYPES, type AlertType } from "../journal/feed-events.ts";
import { audit } from "../journal/record.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import { alertMails } from "./tables.ts";

/** Addresses that a company may name. */
export const MAX_RECIPIENTS = 10;

export type AlertMails = InferSelectModel<typeof alertMails>;

/** To whom alerts are sent, and which. Addresses in lower case, each once. */
export interface AlertMailsChange {
  readonly recipients: readonly string[];
  readonly types: readonly AlertType[];
}

/** What stands where a company has never saved anything: no mail is sent. */
export const NO_ALERT_MAILS = { recipients: [], types: ALERT_TYPES } as const;

/** The settings of a company and how its mails go; null: none were saved. */
export async function alertMailsOf(
  ports: Pick<Ports, "read">,
  company: number,
): Promise<AlertMails | null> {
  const [row] = await ports.read.select().from(alertMails).where(eq(alertMails.company, company));
  return row ?? null;
}

/**
 * Saves to whom the alerts of the actor's company are sent, and which. A company that had no recipient gets the alerts from
 * now on; another one goes on where it stood. What was saved before counts no more, and a pause after faults ends.
 */
export async function saveAlertMails(
  ports: Pick<Ports, "writer" | "clock">,
  { recipients, types }: AlertMailsChange,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  const at = ports.clock.now();
  await commitStatements(ports.writer, [
    {
      sql: `insert into alert_mails (company, recipients, types, position, version, created_at, updated_at)
        values (?1, ?2, ?3, coalesce((select id from events where company = ?1 order by id desc limit 1), 0), 1, ?4, ?4)
        on conflict (company) do update set recipients = ?2, types = ?3, updated_at = ?4, version = version + 1,
          position = case when recipients = '[]' then excluded.position else position end,
          paused_until = case when failures > 0 then 0 else paused_until end,
          fault = null, failing_since = null, failures = 0`,
      args: [company, JSON.stringify(recipients), JSON.stringify(types), at],
    },
    audit(cause, at, {
      action: "alerts.configure",
      entity: "alert_mails",
      id: String(company),
      detail: { recipients: recipients.length, types },
    }),
  ]);
}
