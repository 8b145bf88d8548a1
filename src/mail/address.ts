import type { UserCause } from "../accounts/actor.ts";
import { audit } from "../journal/record.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { MailFailure } from "./failures.ts";

/** 32 letters: five random bits choose one without bias. Lower case only, because some mail servers change the case. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_LETTERS = 24;
const LOCAL = /^nfe-([0-9a-z]{24})$/;

/** The mail address of a company; null: it has none, or the service has no mail domain. */
export async function intakeAddress(
  ports: Pick<Ports, "reader" | "config">,
  company: number,
): Promise<string | null> {
  const [row] = await ports.reader.rows({
    sql: "select token from mail_addresses where company = ?1",
    args: [company],
  });
  const { MAIL_DOMAIN } = ports.config;
  return row === undefined || MAIL_DOMAIN === undefined ? null : at(String(row.token), MAIL_DOMAIN);
}

/**
 * Gives the actor's company a new address that cannot be guessed (120 random bits); the previous address stops working.
 * Fails with `mail.no_domain`.
 */
export async function renewAddress(
  ports: Pick<Ports, "writer" | "clock" | "config">,
  cause: UserCause,
): Promise<string> {
  const { actor } = cause;
  const { MAIL_DOMAIN } = ports.config;
  if (MAIL_DOMAIN === undefined) throw new Failed<MailFailure>({ code: "mail.no_domain" });
  const now = ports.clock.now();
  const token = Array.from(
    crypto.getRandomValues(new Uint8Array(TOKEN_LETTERS)),
    (byte) => LETTERS[byte & 31],
  ).join("");
  await commitStatements(ports.writer, [
    {
      sql: `insert into mail_addresses (company, token, made_by, made_at) values (?1, ?2, ?3, ?4)
          on conflict (company) do update set token = ?2, made_by = ?3, made_at = ?4`,
      args: [actor.company, token, actor.userId, now],
    },
    audit(cause, now, {
      action: "mail.address",
      entity: "mail_address",
      id: String(actor.company),
      detail: {},
    }),
  ]);
  return at(token, MAIL_DOMAIN);
}

/** The recipient of a mail: the company, its allowed senders, and the user who is the author of the job. */
export interface Intake {
  readonly company: number;
  readonly senders: readonly string[];
  readonly userId: number;
}

/** The company of an address, when it receives mail; null for any other address. */
export async function findIntake(
  ports: Pick<Ports, "reader" | "config">,
  address: string,
): Promise<Intake | null> {
  const split = address.lastIndexOf("@");
  const [, token] = LOCAL.exec(address.slice(0, split).toLowerCase()) ?? [];
  const domain = address.slice(split + 1).toLowerCase();
  if (token === undefined || domain !== ports.config.MAIL_DOMAIN) return null;
  const [row] = await ports.reader.rows({
    sql: `select s.company, s.senders, s.saved_by from mail_addresses a join mail_settings s on s.company = a.company
        join companies c on c.id = a.company and c.home is null
      where a.token = ?1 and s.active = 1`,
    args: [token],
  });
  if (row === undefined) return null;
  // The column is JSON that settings.ts has written.
  const senders = trusted<string[]>(JSON.parse(String(row.senders)));
  return { company: Number(row.company), senders, userId: Number(row.saved_by) };
}

const at = (token: string, domain: string): string => `nfe-${token}@${domain}`;
