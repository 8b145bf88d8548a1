import { forCompany } from "../accounts/home.ts";
import { settingsOf } from "../accounts/settings/settings.ts";
import { eventsAfter, type FeedPosition } from "../journal/feed.ts";
import { type Alert, type AlertType, isAlert } from "../journal/feed-events.ts";
import { shownEvent } from "../journal/shown-event.ts";
import { alertMail } from "../messages/pt-BR/alerts/alert-mail.ts";
import type { AlertMail } from "../messages/pt-BR/alerts/trial-mail.ts";
import { columnsOf } from "../ports/columns.ts";
import { isUnsent, type Mailer, type MailFault } from "../ports/mailer.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import { alertMails } from "./tables.ts";

/** Between two mails to one company: what comes meanwhile stands in the next one. */
export const PAUSE_MS = 10 * 60_000;
/** After a mail that was not sent: two minutes, then four … up to this. */
const FIRST_REST_MS = 2 * 60_000;
const LONGEST_REST_MS = 6 * 3_600_000;
/** Alerts that one mail shows, and events that one look reads of a company. */
export const MOST_SHOWN = 50;
const PAGE = 500;
const PAGES = 20;
/** Companies that one look takes up; the others follow at the next, those first whose last mail is the oldest. */
const MOST_COMPANIES = 200;
type Needs = Pick<Ports, "config" | "reader" | "read" | "writer" | "clock" | "log" | "meter"> & {
  readonly mailer?: Mailer;
} & Partial<Pick<Ports, "homes">>;

const WAITING = columnsOf(alertMails, "alert_mails", [
  "company",
  "recipients",
  "types",
  "position",
  "version",
  "failures",
]);
type Waiting = ReturnType<typeof WAITING.read>;

/** What a look found of a company. */
interface Found {
  readonly shown: readonly Alert[];
  readonly more: number;
  /** The last event that was read. */
  readonly last: FeedPosition;
}

/**
 * Sends to each company that names recipients the alerts that came since its last mail: one mail for all of them, at most one in
 * ten minutes. An alert is in at most one mail: its place in the feed is passed in the database before the mail is handed over,
 * and set back only where the mail has certainly reached no recipient. Returns how many mails were sent. Does nothing without a sender.
 * Several processes may do this at the same time. Rejects as the reader and the writer do.
 */
export async function sendAlerts(ports: Needs, signal?: AbortSignal): Promise<number> {
  const { mailer } = ports;
  if (mailer === undefined) return 0;
  const rows = await ports.reader.rows(
    {
      sql: `select ${WAITING.sql} from alert_mails
        where recipients <> '[]' and paused_until <= ?1 and company in (select id from companies where home is null)
          and (select max(id) from events where events.company = alert_mails.company) > position
        order by coalesce(sent_at, 0), company limit ?2`,
      args: [ports.clock.now(), MOST_COMPANIES],
    },
    signal,
  );
  let sent = 0;
  for (const waiting of rows.map(WAITING.read)) {
    if (signal?.aborted) break;
    const fault = await sendTo(forCompany(ports, waiting.company), mailer, waiting, signal);
    if (fault === null) sent += 1;
    // The server is the same for all: the others wait for the next look.
    else if (fault === "mailer.unreachable" || fault === "mailer.tls" || fault === "mailer.login")
      break;
  }
  return sent;
}

/** The fault of the mail; null: it was sent; `nothing`: there was nothing to be sent, or another process sends it. */
async function sendTo(
  ports: Needs,
  mailer: Mailer,
  waiting: Waiting,
  signal?: AbortSignal,
): Promise<MailFault | "nothing" | null> {
  const { company, recipients } = waiting;
  const found = await newAlerts(ports, waiting, signal);
  const isMail = found.shown.length > 0;
  const written = await mailOf(ports, company, found);
  if (!(await pass(ports, waiting, found.last, isMail)) || !isMail) return "nothing";
  const date = ports.clock.now();
  const messageId = `<alerts-${company}-${found.last}@sge>`;
  const fault = await mailer
    .send({ ...written, to: recipients, messageId, date }, signal)
    // Only when the service stops: whether it has arrived is not known.
    .catch((): MailFault => "mailer.unknown");
  ports.meter.count("alert_mails_total", { outcome: fault === null ? "done" : "failed" });
  if (fault !== null) ports.log("warn", "alerts.mail", { company, code: fault });
  await end(ports, waiting, found.last, fault);
  return fault;
}

/** The words of a mail, with times in the company's time zone. */
async function mailOf(ports: Needs, company: number, { shown, more }: Found): Promise<AlertMail> {
  const { name, timeZone } = await settingsOf(ports, company);
  const { format } = new Intl.DateTimeFormat("pt-BR", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  const lines = shown.map((alert) => ({ alert, at: format(new Date(alert.at)) }));
  return alertMail(name, lines, more);
}

/** The alerts of the types that the company wants, from where its last mail ended. */
async function newAlerts(
  ports: Needs,
  { company, position, types }: Waiting,
  signal?: AbortSignal,
): Promise<Found> {
  const wanted: ReadonlySet<AlertType> = new Set(types);
  const shown: Alert[] = [];
  let more = 0;
  let last = position;
  for (let page = 0; page < PAGES; page += 1) {
    const events = await eventsAfter(ports, company, last, PAGE, signal);
    for (const event of events.map(shownEvent)) {
      if (!isAlert(event) || !wanted.has(event.type)) continue;
      if (shown.length < MOST_SHOWN) shown.push(event);
      else more += 1;
    }
    last = events.at(-1)?.id ?? last;
    if (events.length < PAGE) break;
  }
  return { shown, more, last };
}

/**
 * Passes the events in the database, where no other write has changed the row since the look. False: one has. A mail that is being
 * sent has no failures in the row, so that a person's change does not end its pause.
 */
const pass = (
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  { company, version }: Waiting,
  last: FeedPosition,
  isMail: boolean,
): Promise<boolean> =>
  writer.commit({
    statements: [
      {
        sql: `update alert_mails set position = ?3, version = version + 1,
            paused_until = case when ?4 = 1 then ?5 else paused_until end,
            failures = case when ?4 = 1 then 0 else failures end
          where company = ?1 and version = ?2 returning company`,
        args: [company, version, last, Number(isMail), clock.now() + PAUSE_MS],
      },
    ],
    read: ([rows]) => rows?.length === 1,
  });

/**
 * Writes what came of a mail. Where it has reached no recipient its alerts wait again, also for recipients that were named meanwhile;
 * until the pause is over no other mail has passed them.
 */
async function end(
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  { company, position, failures }: Waiting,
  last: FeedPosition,
  fault: MailFault | null,
): Promise<void> {
  const now = clock.now();
  const restMs = Math.min(FIRST_REST_MS * 2 ** Math.min(failures, 12), LONGEST_REST_MS);
  const statement = isUnsent(fault)
    ? {
        sql: `update alert_mails set version = version + 1, fault = ?3, position = ?4, paused_until = ?5, failures = ?6,
            failing_since = coalesce(failing_since, ?7)
          where company = ?1 and position = ?2`,
        args: [company, last, fault, position, now + restMs, failures + 1, now],
      }
    : {
        sql: `update alert_mails set version = version + 1, fault = ?3, failing_since = null, sent_at = ?4
          where company = ?1 and position = ?2`,
        args: [company, last, fault, now],
      };
  await commitStatements(writer, [statement]);
}
