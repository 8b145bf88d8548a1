import { enqueueBatch } from "../ingest/batch/enqueue.ts";
import { unpackEach } from "../ingest/upload/unpack.ts";
import type { JobFailure } from "../journal/failures.ts";
import { jobExists } from "../journal/jobs.ts";
import { trusted } from "../lib/cast.ts";
import { sha256 } from "../lib/hash.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Guard, Statement } from "../ports/sql.ts";
import type { Intake } from "./address.ts";
import { addressOf, isAllowedSender } from "./allowed-senders.ts";
import type { MailRefusal } from "./failures.ts";
import { type ParsedMail, parseMail } from "./parsed-mail.ts";
import { type MailWay, recordRefusal, requestOf } from "./record-refusal.ts";
import { authenticationOf } from "./sender-authentication.ts";

/** A mail to be received, of at most MAIL_BYTES. */
export interface IncomingMail {
  readonly way: MailWay;
  readonly raw: Uint8Array<ArrayBuffer>;
  /** MAIL FROM, when the caller knows it; null: the mail's Return-Path is used. */
  readonly envelopeFrom: string | null;
  /** The servers (authserv-id) whose Authentication-Results are trusted. */
  readonly authorities: readonly string[];
}

/** `known`: the mail was received before, by `job`. */
export type ReceivedMail =
  | { readonly kind: "taken" | "known"; readonly job: string }
  | { readonly kind: "refused"; readonly refusal: MailRefusal };

/**
 * Receives a mail, once however often it is delivered, by either way: its files become a job with one item each, as for a batch
 * sent with `async`. When it resolves, the job or the refusal is stored. Rejects with a transient fault (overload, fault of the
 * platform, `job.too_many`): then the mail must be delivered again.
 */
export async function receiveMail(
  ports: Ports,
  intake: Intake,
  incoming: IncomingMail,
  signal?: AbortSignal,
): Promise<ReceivedMail> {
  const { company } = intake;
  const { way, raw } = incoming;
  const mail = await parseMail(raw, ports);
  const sender = mail.ok ? mail.value.from : incoming.envelopeFrom;
  const refused = async (refusal: MailRefusal, from = sender): Promise<ReceivedMail> => {
    const messageId = mail.ok ? mail.value.messageId : null;
    await recordRefusal(ports, { company, way, sender: from, messageId }, refusal, signal);
    return { kind: "refused", refusal };
  };
  if (!mail.ok) return refused(mail.error);
  const unlisted = unlistedSender(mail.value, intake, incoming);
  if (unlisted !== undefined) return refused({ code: "mail.sender" }, unlisted);
  if (senderAuthentication(mail.value, incoming) === "fail")
    return refused({ code: "mail.unproven" });
  const { files, unopened } = mail.value;
  if (files.length + unopened.length === 0) return refused({ code: "mail.empty" });
  const key = await mailKey(mail.value, raw);
  const known = await jobOf(ports, company, key);
  if (known !== null) return counted(ports, { kind: "known", job: known });
  const entries = [...(await unpackEach(files, undefined, signal)), ...unopened];
  const actor = { company, userId: intake.userId, role: "OPERADOR" } as const;
  try {
    const job = await enqueueBatch(
      ports,
      entries,
      { cause: { actor, requestId: requestOf(key), peer: null }, approve: null, signal },
      {
        kind: "mail",
        onlyIf: notReceived(company, key),
        alsoWrite: (id) => [insertMail(intake, way, key, id, sender, ports.clock.now())],
      },
    );
    return counted(ports, { kind: "taken", job });
  } catch (error) {
    // Another process received it at the same moment, or the company has too many jobs.
    const job = isTooMany(error) ? await jobOf(ports, company, key) : null;
    if (job === null) throw error;
    return counted(ports, { kind: "known", job });
  }
}

/** The envelope's or the header's sender when it is not on the list; undefined: both are allowed. */
function unlistedSender(
  { from, returnPath }: ParsedMail,
  { senders }: Intake,
  { envelopeFrom }: IncomingMail,
): string | null | undefined {
  const envelope = envelopeFrom ?? returnPath;
  if (envelope !== undefined && !isAllowedSender(senders, envelope)) return envelope;
  return isAllowedSender(senders, from) ? undefined : from;
}

function senderAuthentication(
  { authenticationResults, from }: ParsedMail,
  { authorities }: IncomingMail,
) {
  const address = addressOf(from ?? "") ?? "";
  return authenticationOf(
    authenticationResults,
    authorities,
    address.slice(address.lastIndexOf("@") + 1),
  );
}

/** Identifies a mail by its Message-ID and its files, not by headers that servers add on the way. */
async function mailKey(
  { messageId, files }: ParsedMail,
  raw: Uint8Array<ArrayBuffer>,
): Promise<string> {
  if (messageId === null) return sha256(raw);
  const hashes: (string | null)[] = [];
  for (const { name, blob } of files)
    hashes.push(name, await sha256(new Uint8Array(await blob.arrayBuffer())));
  return sha256(JSON.stringify(["mail", messageId, ...hashes]));
}

const notReceived = (company: number, key: string): Guard => ({
  sql: "select 1 where not exists (select 1 from mails where company = ?1 and key = ?2)",
  args: [company, key],
});

function insertMail(
  { company }: Intake,
  way: MailWay,
  key: string,
  job: string,
  sender: string | null,
  at: number,
): Statement {
  const made = jobExists(company, job);
  return {
    sql: `insert into mails (company, key, way, job, sender, received_at)
      select ?1, ?3, ?4, ?2, ?5, ?6 where exists (${made.sql})`,
    args: [...made.args, key, way, sender ?? "", at],
  };
}

/** The job of a mail that was received; null: it was not. */
async function jobOf(
  ports: Pick<Ports, "reader">,
  company: number,
  key: string,
): Promise<string | null> {
  const [row] = await ports.reader.rows({
    sql: "select job from mails where company = ?1 and key = ?2 and job is not null",
    args: [company, key],
  });
  return row === undefined ? null : String(row.job);
}

const isTooMany = (error: unknown): boolean =>
  error instanceof Failed && trusted<JobFailure>(error.failure).code === "job.too_many";

function counted(
  ports: Pick<Ports, "meter">,
  mail: Extract<ReceivedMail, { job: string }>,
): ReceivedMail {
  ports.meter.count("mail_messages_total", { outcome: mail.kind });
  return mail;
}
