import { eq } from "drizzle-orm";
import type { UserCause } from "../accounts/actor.ts";
import { audit } from "../journal/record.ts";
import { Failed } from "../lib/result.ts";
import type { MailboxAccess } from "../ports/mailbox.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { MailFailure } from "./failures.ts";
import { seal, unseal } from "./seal.ts";
import { mailSettings } from "./tables.ts";

/** Where a company's mailbox is, without what opens it. */
export type MailboxLocation = Omit<MailboxAccess, "password">;

/** How a company wants its mail. */
export interface MailSettings extends MailboxLocation {
  readonly company: number;
  /** As seal.ts makes it; null: none was told. */
  readonly password: string | null;
  /** As senders.ts makes them. */
  readonly senders: readonly string[];
  /** What the header Subject must hold; empty: anything. */
  readonly subject: string;
  readonly active: boolean;
  readonly savedBy: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What an administrator sends. `password`: null keeps the stored one, empty takes it away. */
export type MailChange = MailboxLocation &
  Pick<MailSettings, "senders" | "subject" | "active"> & { readonly password: string | null };

/** The settings of a company; null: nobody has said any. */
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

/** The mailboxes that are to be read, of every company. */
export const mailboxesToRead = (ports: Pick<Ports, "read">): Promise<MailSettings[]> =>
  ports.read
    .select()
    .from(mailSettings)
    .where(eq(mailSettings.active, true))
    .then((rows) => rows.filter(({ host, password }) => host !== "" && password !== null));

/**
 * Keeps the settings of the actor's company; from now on mail is taken in in the actor's name. The password is sealed, and
 * what is kept of one stays bound to its place. Fails with `mail.password_again`, and with `mail.incomplete` for a mailbox
 * that is to be read here and cannot be.
 */
export async function saveMailSettings(
  ports: Pick<Ports, "read" | "writer" | "clock" | "config" | "mailboxes">,
  change: MailChange,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const stored = await mailSettingsOf(ports, company);
  const password = await kept(ports, stored, change, company);
  if (change.active && ports.mailboxes !== undefined) mustBeWhole(change, password);
  const { host, port, user, folder, senders, subject, tls, active } = change;
  await commitStatements(ports.writer, [
    {
      sql: `insert into mail_settings (company, host, port, user, password, folder, senders, subject, tls, active,
            saved_by, created_at, updated_at)
          values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
          on conflict (company) do update set host = ?2, port = ?3, user = ?4, password = ?5, folder = ?6, senders = ?7,
            subject = ?8, tls = ?9, active = ?10, saved_by = ?11, updated_at = ?12`,
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
    audit(cause, at, {
      action: "mail.configure",
      entity: "mail_settings",
      id: String(company),
      detail: { active, tls, senders: senders.length, password: wordFor(change.password) },
    }),
  ]);
}

/**
 * What opens the mailbox that an administrator asks to try: the password that was sent, or the stored one where the place
 * is the same. Fails as `saveMailSettings`.
 */
export async function accessFor(
  ports: Pick<Ports, "read" | "config">,
  change: MailChange,
  company: number,
): Promise<MailboxAccess> {
  if (change.password !== null) {
    mustBeWhole(change, change.password);
    return { ...placeOf(change), password: change.password };
  }
  const stored = await mailSettingsOf(ports, company);
  mustBeWhole(change, stored?.password ?? null);
  const password = await opened(ports, stored, change, company);
  return { ...placeOf(change), password };
}

/** What opens the mailbox of stored settings. Fails with `mail.password_again` where the service's secret is another now. */
export const accessOf = async (
  ports: Pick<Ports, "config">,
  settings: MailSettings,
): Promise<MailboxAccess> => ({
  ...placeOf(settings),
  password: await opened(ports, settings, settings, settings.company),
});

const placeOf = ({ host, port, user, folder, tls }: MailboxLocation): MailboxLocation => ({
  host,
  port,
  user,
  folder,
  tls,
});

/** The sealed password as it is to be stored. */
async function kept(
  ports: Pick<Ports, "config">,
  stored: MailSettings | null,
  change: MailChange,
  company: number,
): Promise<string | null> {
  if (change.password === "") return null;
  if (change.password !== null)
    return seal(secretOf(ports), change.password, bindingOf(change, company));
  if (stored === null || stored.password === null) return null;
  await opened(ports, stored, change, company);
  return stored.password;
}

async function opened(
  ports: Pick<Ports, "config">,
  stored: MailSettings | null,
  place: MailboxLocation,
  company: number,
): Promise<string> {
  const sealed = stored?.password ?? "";
  const password = await unseal(secretOf(ports), sealed, bindingOf(place, company));
  if (password === null) throw new Failed<MailFailure>({ code: "mail.password_again" });
  return password;
}

/** What a password is good for; the folder is not part of it. */
const bindingOf = ({ host, port, user, tls }: MailboxLocation, company: number): string =>
  JSON.stringify([company, host.toLowerCase(), port, user, tls]);

function secretOf({ config }: Pick<Ports, "config">): string {
  const secret = config.MAIL_SECRET ?? config.JWT_SECRET;
  if (secret === undefined) throw new Error("a service without a secret");
  return secret;
}

function mustBeWhole({ host, user }: MailboxLocation, password: string | null): void {
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
