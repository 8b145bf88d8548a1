import { type IncomingMail, type ReceivedMail, receiveMail } from "../../src/mail/receive-mail.ts";
import type { Service } from "./service.ts";

export const INTAKE = { company: 1, senders: ["nfe@forn.example"], userId: 14 };

/** Takes a mail in, as out of a mailbox. */
export const take = (
  { ports }: Pick<Service, "ports">,
  raw: Uint8Array<ArrayBuffer>,
  arrival: Partial<IncomingMail> = {},
  intake = INTAKE,
): Promise<ReceivedMail> =>
  receiveMail(ports, intake, {
    way: "imap",
    raw,
    envelopeFrom: null,
    authorities: ["mx.example"],
    ...arrival,
  });

/** The lines of a job, by file: its outcome and its code. */
export async function linesOf(service: Service, taken: ReceivedMail): Promise<unknown[]> {
  if (taken.kind === "refused") return [taken.refusal.code];
  const { body } = await service.send("GET", `/api/jobs/${taken.job}`);
  return body.results.map((line: Record<string, string>) =>
    [line.file, line.outcome, line.code].filter((part) => part !== undefined),
  );
}

export const mailsOf = (service: Service) =>
  service.rows(
    "select way, job is not null as taken, code, sender from mails order by received_at, key",
  );
