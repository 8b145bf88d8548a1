import { systemCause } from "../journal/cause.ts";
import { audit } from "../journal/record.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Guard } from "../ports/sql.ts";
import type { MailRefusal } from "./failures.ts";
import { REFUSALS_A_DAY } from "./limits.ts";

/** How a mail was received: read from a mailbox, or delivered to the company's address. */
export type MailWay = "imap" | "address";

/** A refused mail, as far as it was read. */
export interface RefusedMail {
  readonly company: number;
  readonly way: MailWay;
  /** The sender's address; the one that is not allowed, when the sender was the reason. */
  readonly sender: string | null;
  readonly messageId: string | null;
}

const DAY_MS = 86_400_000;
const LONGEST_ADDRESS = 254;

/**
 * Stores a refusal and its audit line, once for each mail and reason; the administrator sees it with the mail settings. At most
 * REFUSALS_A_DAY for each company: a sender who only knows the address cannot fill the disk.
 */
export async function recordRefusal(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  { company, way, sender, messageId }: RefusedMail,
  { code }: MailRefusal,
  signal?: AbortSignal,
): Promise<void> {
  ports.meter.count("mail_messages_total", { outcome: "refused" });
  const at = ports.clock.now();
  const address = (sender ?? "").toWellFormed().slice(0, LONGEST_ADDRESS);
  const key = await sha256(JSON.stringify(["refused", code, messageId, address]));
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
        args: [...fresh.args, way, code, address, at],
      },
    ],
    signal,
  );
}

/** The request id of what a mail writes: a mail has no HTTP request. */
export const requestOf = (key: string): string => `mail-${key.slice(0, 32)}`;
