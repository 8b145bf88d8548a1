import pMap from "p-map";
import { forCompany } from "../accounts/home.ts";
import { Failed } from "../lib/result.ts";
import type { Mailbox, Mailboxes, UnseenMail } from "../ports/mailbox.ts";
import type { Ports } from "../ports/ports.ts";
import { faultCode } from "../resilience/fault-code.ts";
import { isAllowedSender } from "./allowed-senders.ts";
import type { MailFailure } from "./failures.ts";
import { CONCURRENT_VISITS, MAIL_BYTES, VISIT_LIMITS } from "./limits.ts";
import { receiveMail } from "./receive-mail.ts";
import { recordRefusal } from "./record-refusal.ts";
import { recordVisit } from "./record-visit.ts";
import {
  accessFor,
  accessOf,
  type MailChange,
  type MailSettings,
  mailboxesToRead,
} from "./settings.ts";

type Needs = Ports & { readonly mailboxes: Mailboxes };

/** How many mails of a visit had each outcome. `known`: received before. */
export interface Visit {
  readonly taken: number;
  readonly known: number;
  readonly refused: number;
}

/**
 * Visits the active mailboxes of all companies, a few concurrently. A mailbox that cannot be read is logged and visited again
 * the next time; it does not affect the others. Several processes may do this at the same time.
 */
export async function pollMailboxes(ports: Needs, signal?: AbortSignal): Promise<void> {
  const boxes = await mailboxesToRead(ports);
  await pMap(boxes, (settings) => visitMailbox(ports, settings, signal), {
    concurrency: CONCURRENT_VISITS,
  });
}

/** Never rejects. */
async function visitMailbox(
  given: Needs,
  settings: MailSettings,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return;
  const { company } = settings;
  const ports = forCompany(given, company);
  const started = ports.meter.seconds();
  const done = { taken: 0, known: 0, refused: 0 };
  const end = async (code: string | null) => {
    const ms = Math.round((ports.meter.seconds() - started) * 1_000);
    const outcome = code === null ? "done" : "failed";
    ports.meter.count("mail_visits_total", { outcome });
    ports.log(code === null ? "info" : "warn", "mail.visit", { company, ...done, code, ms });
    await recordVisit(ports, settings, code).catch((error: unknown) => {
      ports.log("warn", "mail.visit_unrecorded", { company, code: faultCode(error) });
    });
  };
  try {
    const access = await accessOf(ports, settings);
    await ports.mailboxes.visit(
      access,
      "take",
      (mailbox) => receiveUnseen(ports, settings, mailbox, done, signal),
      signal,
    );
    await end(null);
  } catch (error) {
    // An aborted visit is not logged as failed.
    if (!signal?.aborted) await end(faultCode(error));
  }
}

/**
 * Receives the unseen mails one after the other: list, fetch, mark, so that only one IMAP command is open at a time. A mail is
 * marked seen when its job or its refusal is stored; a failure before that leaves it unseen and ends the visit.
 */
async function receiveUnseen(
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
    const outcome = await receiveOne(ports, settings, mailbox, mail, signal);
    if (outcome === null) continue;
    bytes += outcome === "refused" ? 0 : mail.bytes;
    await mailbox.markSeen(mail.id);
    done[outcome] += 1;
    await ports.yieldToEventLoop();
  }
}

/** The outcome of one mail; null: it was deleted meanwhile. A mail refused for its size or its sender is not fetched. */
async function receiveOne(
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
  // The server may have reported another size.
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
 * Opens a mailbox with the settings of `change` and closes it. Fails with `mail.not_supported`, with the failures of
 * `accessFor`, and with MailboxFailure.
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
