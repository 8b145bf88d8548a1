import { appendEvents, bumpTags } from "../journal/record.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { MailSettings } from "./settings.ts";

/** Visits that fail for so long are an event of the feed. */
const REPORTED_AFTER_MS = 3_600_000;

/**
 * Keeps since when visits of a mailbox fail, and tells the feed once when that is more than an hour; `code` is the failure of
 * the visit, null: it was good. Writes only at the first failure, when it tells, and at the first good visit after failures.
 * Settings that were saved since `settings` was read are left alone.
 */
export async function recordVisit(
  ports: Pick<Ports, "writer" | "clock">,
  settings: MailSettings,
  code: string | null,
): Promise<void> {
  const { company, failingSince, failingReported, updatedAt } = settings;
  const at = ports.clock.now();
  const set = (since: number | null, reported: 0 | 1) => ({
    sql: `update mail_settings set failing_since = ?2, failing_reported = ?3
      where company = ?1 and updated_at = ?4 and failing_since is ?5`,
    args: [company, since, reported, updatedAt, failingSince],
  });
  if (code === null) {
    if (failingSince === null) return;
    return commitStatements(ports.writer, [set(null, 0), bumpTags(company, ["alerts"])]);
  }
  if (failingSince === null) return commitStatements(ports.writer, [set(at, 0)]);
  if (failingReported || at - failingSince <= REPORTED_AFTER_MS) return;
  await commitStatements(ports.writer, [
    appendEvents(
      company,
      at,
      [
        {
          type: "mailbox.failing",
          payload: { code, since: new Date(failingSince).toISOString() },
        },
      ],
      {
        sql: `select 1 from mail_settings
          where company = ?1 and updated_at = ?2 and failing_since = ?3 and failing_reported = 0`,
        args: [company, updatedAt, failingSince],
      },
    ),
    set(failingSince, 1),
    bumpTags(company, ["alerts"]),
  ]);
}
