import pMap from "p-map";
import { Failed } from "../lib/result.ts";
import type { Mailbox, Mailboxes, UnseenMail } from "../ports/mailbox.ts";
import type { Ports } from "../ports/ports.ts";
import { faultCode } from "../resilience/fault-code.ts";
import { isAllowedSender } from "./allowed-senders.ts";
import type { MailFailure } from "./failures.ts";
import { CONCURRENT_VISITS, MAIL_BYTES, VISIT_LIMITS } from "./limits.ts";
import { receiveMail } from "./receive-mail.ts";
import { recordRefusal } from "./record-refusal.ts";
import {
  accessFor,
  accessOf,
  type MailChange,
  type MailSettings,
  mailboxesToRead,
} from "./settings.ts";

type Needs = Ports & { readonly mailboxes: Mailboxes };

/** What a visit has done, by what became of each mail. */
export interface Visit {
  readonly taken: number;
  readonly known: number;
  readonly refused: number;
}

/**
 * Visits the mailbox of every company that has one which is to be read, a few at a time. A mailbox that cannot be read now is
 * said in the log, and is visited again the next time; its neighbours are not touched. Several processes may do this at once.
 */
export async function pollMailboxes(ports: Needs, signal?: AbortSignal): Promise<void> {
  const boxes = await mailboxesToRead(ports);
  await pMap(boxes, (settings) => visited(ports, settings, signal), {
    concurrency: CONCURRENT_VISITS,
  });
}

/** Never rejects. */
async function visited(ports: Needs, settings: MailSettings, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { company } = settings;
  const started = ports.meter.seconds();
  const done = { taken: 0, known: 0, refused: 0 };
  const end = (code: string | null) => {
    const ms = Math.round((ports.meter.seconds() - started) * 1_000);
    const outcome = code === null ? "done" : "failed";
    ports.meter.count("mail_visits_total", { outcome });
    ports.log(code === null ? "info" : "warn", "mail.visit", { company, ...done, code, ms });
  };
  try {
    const access = await accessOf(ports, settings);
    await ports.mailboxes.visit(
      access,
      "take",
      (mailbox) => emptied(ports, settings, mailbox, done, signal),
      signal,
    );
    end(null);
  } catch (error) {
    // Told to end, it has nothing to tell.
    if (!signal?.aborted) end(faultCode(error));
  }
}

/**
 * Takes the unseen mails in, one after the other: listed first, then fetched, then marked, so that no command meets another's
 * answer (C3). A mail is marked seen when its job, or its refusal, is safe (C4); whatever fails before leaves it unseen and
 * ends the visit.
 */
async function emptied(
  ports: Needs,
  settings: MailSettings,
  mailbox: Mailbox,
  done: { -readonly [K in keyof Visit]: number },
  signal?: AbortSignal,
): Promise<void> {
  let bytes = 0;
  for (const mail of await mailbox.unseen(settings.subject, VISIT_LIMITS.messages)) {
    signal?.throwIfAborted();
    if (bytes > 0 && bytes + mail.bytes > VISIT_LIMITS.bytes) return;
    const outcome = await taken(ports, settings, mailbox, mail, signal);
    if (outcome === null) continue;
    bytes += outcome === "refused" ? 0 : mail.bytes;
    await mailbox.markSeen(mail.id);
    done[outcome] += 1;
    await ports.yieldToEventLoop();
  }
}

/** What becomes of one mail; null: it has gone meanwhile. What its size or its sender refuses is not fetched. */
async function taken(
  ports: Needs,
  { company, senders, savedBy: userId }: MailSettings,
  mailbox: Mailbox,
  mail: UnseenMail,
  signal?: AbortSignal,
): Promise<keyof Visit | null> {
  const refused = async (code: "mail.sender" | "mail.too_large") => {
    const { sender, messageId } = mail;
    await recordRefusal(ports, { company, way: "imap", sender, messageId }, { code }, signal);
    return "refused" as const;
  };
  if (!isAllowedSender(senders, mail.sender)) return refused("mail.sender");
  if (mail.bytes > MAIL_BYTES) return refused("mail.too_large");
  const raw = await mailbox.raw(mail.id, MAIL_BYTES + 1);
  if (raw === null) return null;
  // Whatever the server has said of its size.
  if (raw.byteLength > MAIL_BYTES) return refused("mail.too_large");
  const { kind } = await receiveMail(
    ports,
    { company, senders, userId },
    { way: "imap", raw, envelopeFrom: null, authorities: ports.config.MAIL_AUTHORITIES },
    signal,
  );
  return kind;
}

/**
 * Opens a mailbox of the company as `change` has it, and leaves. Fails with `mail.not_supported`, as `accessFor`, and with
 * MailboxFailure.
 */
export async function tryMailbox(
  ports: Pick<Ports, "mailboxes" | "read" | "config">,
  change: MailChange,
  company: number,
  signal?: AbortSignal,
): Promise<void> {
  const { mailboxes } = ports;
  if (mailboxes === undefined) throw new Failed<MailFailure>({ code: "mail.not_supported" });
  const access = await accessFor(ports, change, company);
  await mailboxes.visit(access, "look", async () => undefined, signal);
}
