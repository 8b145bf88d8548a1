import { and, eq, sql } from "drizzle-orm";
import type { UserCause } from "../accounts/actor.ts";
import { audit, bumpTags } from "../journal/record.ts";
import { Failed } from "../lib/result.ts";
import { seal, sealingSecret, unseal } from "../lib/seal.ts";
import type { MailboxAccess } from "../ports/mailbox.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { MailFailure } from "./failures.ts";
import { mailSettings } from "./tables.ts";

/** A company's mailbox without its password. */
export type MailboxLocation = Omit<MailboxAccess, "password">;

/** The mail settings of a company. */
export interface MailSettings extends MailboxLocation {
  readonly company: number;
  /** Sealed (seal.ts); null: none was given. */
  readonly password: string | null;
  /** Normalised (allowed-senders.ts). */
  readonly senders: readonly string[];
  /** Text that the header Subject must contain; empty: any subject. */
  readonly subject: string;
  readonly active: boolean;
  readonly savedBy: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The first of the visits that have failed since the last good one, ms UTC; null: the last was good. */
  readonly failingSince: number | null;
  /** The feed has reported these failures. */
  readonly failingReported: boolean;
}

/** New settings from an administrator. `password`: null keeps the stored one, empty removes it. */
export type MailChange = MailboxLocation &
  Pick<MailSettings, "senders" | "subject" | "active"> & { readonly password: string | null };

/** The settings of a company; null: none were saved. */
export async function mailSettingsOf(
  ports: Pick<Ports, "read">,
  company: number,
): Promise<MailSettings | null> {
  const [row] = await ports.read
    .select()
    .from(mailSettings)
    .where(eq(mailSettings.company, company));
  return row ?? null;
}

/** The settings of all companies with a mailbox to be read. */
export const mailboxesToRead = (ports: Pick<Ports, "read">): Promise<MailSettings[]> =>
  ports.read
    .select()
    .from(mailSettings)
    .where(and(eq(mailSettings.active, true), livesHere))
    .then((rows) => rows.filter(({ host, password }) => host !== "" && password !== null));

/** A mailbox that a company has left behind in this database is visited from its home. */
const livesHere = sql`${mailSettings.company} in (select id from companies where home is null)`;

/**
 * Saves the settings of the actor's company; the actor becomes the author of what is received by mail. The password is sealed
 * and bound to its server. Fails with `mail.password_again`, and with `mail.incomplete` for an active mailbox that lacks a field.
 */
export async function saveMailSettings(
  ports: Pick<Ports, "read" | "writer" | "clock" | "config" | "mailboxes">,
  change: MailChange,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const stored = await mailSettingsOf(ports, company);
  const password = await sealedPassword(ports, stored, change, company);
  if (change.active && ports.mailboxes !== undefined) requireComplete(change, password);
  const { host, port, user, folder, senders, subject, tls, active } = change;
  await commitStatements(ports.writer, [
    {
      sql: `insert into mail_settings (company, host, port, user, password, folder, senders, subject, tls, active,
            saved_by, created_at, updated_at)
          values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
          on conflict (company) do update set host = ?2, port = ?3, user = ?4, password = ?5, folder = ?6, senders = ?7,
            subject = ?8, tls = ?9, active = ?10, saved_by = ?11, updated_at = ?12, failing_since = null, failing_reported = 0`,
      args: [
        company,
        host,
        port,
        user,
        password,
        folder,
        JSON.stringify(senders),
        subject,
        Number(tls),
        Number(active),
        userId,
        at,
      ],
    },
    bumpTags(company, ["alerts"]),
    audit(cause, at, {
      action: "mail.configure",
      entity: "mail_settings",
      id: String(company),
      detail: { active, tls, senders: senders.length, password: wordFor(change.password) },
    }),
  ]);
}

/**
 * The access for an administrator's test of a mailbox: with the password that was sent, or with the stored one when server,
 * port, user and encryption are the same. Fails as `saveMailSettings`.
 */
export async function accessFor(
  ports: Pick<Ports, "read" | "config">,
  change: MailChange,
  company: number,
): Promise<MailboxAccess> {
  if (change.password !== null) {
    requireComplete(change, change.password);
    return { ...locationOf(change), password: change.password };
  }
  const stored = await mailSettingsOf(ports, company);
  requireComplete(change, stored?.password ?? null);
  const password = await openPassword(ports, stored, change, company);
  return { ...locationOf(change), password };
}

/** The access of stored settings. Fails with `mail.password_again` when the service's secret has changed. */
export const accessOf = async (
  ports: Pick<Ports, "config">,
  settings: MailSettings,
): Promise<MailboxAccess> => ({
  ...locationOf(settings),
  password: await openPassword(ports, settings, settings, settings.company),
});

const locationOf = ({ host, port, user, folder, tls }: MailboxLocation): MailboxLocation => ({
  host,
  port,
  user,
  folder,
  tls,
});

/** The sealed password to be stored. */
async function sealedPassword(
  ports: Pick<Ports, "config">,
  stored: MailSettings | null,
  change: MailChange,
  company: number,
): Promise<string | null> {
  if (change.password === "") return null;
  if (change.password !== null)
    return seal(
      "mailbox",
      sealingSecret(ports.config),
      change.password,
      bindingOf(change, company),
    );
  if (stored === null || stored.password === null) return null;
  await openPassword(ports, stored, change, company);
  return stored.password;
}

async function openPassword(
  ports: Pick<Ports, "config">,
  stored: MailSettings | null,
  location: MailboxLocation,
  company: number,
): Promise<string> {
  const sealed = stored?.password ?? "";
  const password = await unseal(
    "mailbox",
    sealingSecret(ports.config),
    sealed,
    bindingOf(location, company),
  );
  if (password === null) throw new Failed<MailFailure>({ code: "mail.password_again" });
  return password;
}

/** What a sealed password is bound to; the folder is not part of it. */
const bindingOf = ({ host, port, user, tls }: MailboxLocation, company: number): string =>
  JSON.stringify([company, host.toLowerCase(), port, user, tls]);

function requireComplete({ host, user }: MailboxLocation, password: string | null): void {
  const missing = (field: "imap_host" | "imap_user" | "imap_password") =>
    new Failed<MailFailure>({ code: "mail.incomplete", field });
  if (host === "") throw missing("imap_host");
  if (user === "") throw missing("imap_user");
  if (password === null || password === "") throw missing("imap_password");
}

const wordFor = (password: string | null): "kept" | "new" | "none" => {
  if (password === null) return "kept";
  return password === "" ? "none" : "new";
};
