import { systemCause } from "../journal/cause.ts";
import { audit } from "../journal/record.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Guard } from "../ports/sql.ts";
import type { MailRefusal } from "./failures.ts";
import { REFUSALS_A_DAY } from "./limits.ts";

/** How mail comes: out of a mailbox, or to the company's address. */
export type MailWay = "imap" | "address";

/** A mail that is not taken in, as far as it was looked at. */
export interface RefusedMail {
  readonly company: number;
  readonly way: MailWay;
  /** The address that was refused, or of who sent what was refused. */
  readonly sender: string | null;
  readonly messageId: string | null;
}

const DAY_MS = 86_400_000;
const LONGEST_ADDRESS = 254;

/**
 * Keeps that a mail was refused and why, with an audit line, once for each mail and reason; the administrator sees it beside
 * the settings. Of one day at most REFUSALS_A_DAY: a stranger who knows the address fills no disk.
 */
export async function recordRefusal(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  { company, way, sender, messageId }: RefusedMail,
  { code }: MailRefusal,
  signal?: AbortSignal,
): Promise<void> {
  ports.meter.count("mail_messages_total", { outcome: "refused" });
  const at = ports.clock.now();
  const said = (sender ?? "").toWellFormed().slice(0, LONGEST_ADDRESS);
  const key = await sha256(JSON.stringify(["refused", code, messageId, said]));
  const fresh: Guard = {
    sql: `select 1 where not exists (select 1 from mails where company = ?1 and key = ?2)
      and (select count(*) from mails where company = ?1 and job is null and received_at > ?3) < ?4`,
    args: [company, key, at - DAY_MS, REFUSALS_A_DAY],
  };
  await commitStatements(
    ports.writer,
    [
      // Before the row that makes it no news any more.
      audit(
        systemCause(company, requestOf(key)),
        at,
        { action: "mail.refuse", entity: "mail", id: key, detail: { code, way } },
        fresh,
      ),
      {
        sql: `insert into mails (company, key, way, code, sender, received_at)
            select ?1, ?2, ?5, ?6, ?7, ?8 where exists (${fresh.sql})`,
        args: [...fresh.args, way, code, said, at],
      },
    ],
    signal,
  );
}

/** What stands where the id of a request does: no request has brought a mail. */
export const requestOf = (key: string): string => `mail-${key.slice(0, 32)}`;
