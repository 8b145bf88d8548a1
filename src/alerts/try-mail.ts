import { settingsOf } from "../accounts/settings/settings.ts";
import { Failed } from "../lib/result.ts";
import { trialMail } from "../messages/pt-BR/alerts/trial-mail.ts";
import type { Mailer, MailFault } from "../ports/mailer.ts";
import type { Ports } from "../ports/ports.ts";
import type { AlertFailure } from "./failures.ts";
import { alertMailsOf } from "./settings.ts";

/** Five at once, then one in ten minutes: an administrator's trials are no way to trouble others. */
const TRIALS = { capacity: 5, perSecond: 1 / 600 };

/**
 * Sends a mail now to the recipients of a company, so that an administrator sees whether mails arrive; gives its fault, null: the
 * server has it. Changes nothing. Fails with `alerts.no_sender`, `alerts.no_recipients`, `rate_limited`.
 */
export async function tryAlertMail(
  ports: Pick<Ports, "config" | "reader" | "read" | "clock" | "limits"> & {
    readonly mailer?: Mailer;
  },
  company: number,
  signal?: AbortSignal,
): Promise<MailFault | null> {
  const { mailer } = ports;
  if (mailer === undefined) throw new Failed<AlertFailure>({ code: "alerts.no_sender" });
  const recipients = (await alertMailsOf(ports, company))?.recipients ?? [];
  if (recipients.length === 0) throw new Failed<AlertFailure>({ code: "alerts.no_recipients" });
  const { allowed, resetMs } = await ports.limits.take(`alert_trial:${company}`, TRIALS);
  if (!allowed) throw new Failed({ code: "rate_limited", retryAfterS: resetMs / 1_000 });
  const { name } = await settingsOf(ports, company);
  const now = ports.clock.now();
  const messageId = `<trial-${company}-${now}@sge>`;
  return mailer.send({ ...trialMail(name), to: recipients, messageId, date: now }, signal);
}
