import {
  type IncomingMail,
  type ReceivedMail,
  receiveMail,
} from "../../../src/mail/receive-mail.ts";
import type { TestApp } from "../app.ts";

export const MAIL_SETTINGS = { company: 1, senders: ["nfe@forn.example"], userId: 14 };

/** Takes a mail in, as out of a mailbox. */
export const deliverMail = (
  { ports }: Pick<TestApp, "ports">,
  raw: Uint8Array<ArrayBuffer>,
  arrival: Partial<IncomingMail> = {},
  intake = MAIL_SETTINGS,
): Promise<ReceivedMail> =>
  receiveMail(ports, intake, {
    way: "imap",
    raw,
    envelopeFrom: null,
    authorities: ["mx.example"],
    ...arrival,
  });

/** The lines of a job, by file: its outcome and its code. */
export async function resultsOf(service: TestApp, taken: ReceivedMail): Promise<unknown[]> {
  if (taken.kind === "refused") return [taken.refusal.code];
  const { body } = await service.send("GET", `/api/jobs/${taken.job}`);
  return body.results.map((line: Record<string, string>) =>
    [line.file, line.outcome, line.code].filter((part) => part !== undefined),
  );
}

export const mailsOf = (service: TestApp) =>
  service.rows(
    "select way, job is not null as taken, code, sender from mails order by received_at, key",
  );
