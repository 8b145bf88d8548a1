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

/** A mail as it arrives, of at most MAIL_BYTES. */
export interface IncomingMail {
  readonly way: MailWay;
  readonly raw: Uint8Array<ArrayBuffer>;
  /** MAIL FROM, where whoever brings the mail knows it; else what the mail says of it counts. */
  readonly envelopeFrom: string | null;
  /** Whose Authentication-Results are believed. */
  readonly authorities: readonly string[];
}

export type ReceivedMail =
  | { readonly kind: "taken" | "known"; readonly job: string }
  | { readonly kind: "refused"; readonly refusal: MailRefusal };

/**
 * Takes a mail in, once however often and whichever way it comes: its files are a job, as those of a batch that is sent with
 * `async`, with one line for each; what is refused says why. When it resolves, the job or the refusal is safe. Rejects with
 * what may pass (an overload, a fault of the world, `job.too_many`): then the mail is to come again.
 */
export async function receiveMail(
  ports: Ports,
  intake: Intake,
  arrival: IncomingMail,
  signal?: AbortSignal,
): Promise<ReceivedMail> {
  const { company } = intake;
  const { way, raw } = arrival;
  const letter = await parseMail(raw, ports);
  const sender = letter.ok ? letter.value.from : arrival.envelopeFrom;
  const refused = async (refusal: MailRefusal, who = sender): Promise<ReceivedMail> => {
    const messageId = letter.ok ? letter.value.messageId : null;
    await recordRefusal(ports, { company, way, sender: who, messageId }, refusal, signal);
    return { kind: "refused", refusal };
  };
  if (!letter.ok) return refused(letter.error);
  const stranger = strangerIn(letter.value, intake, arrival);
  if (stranger !== undefined) return refused({ code: "mail.sender" }, stranger);
  if (proof(letter.value, arrival) === "unproven") return refused({ code: "mail.unproven" });
  const { files, unopened } = letter.value;
  if (files.length + unopened.length === 0) return refused({ code: "mail.empty" });
  const key = await keyOf(letter.value, raw);
  const known = await jobOf(ports, company, key);
  if (known !== null) return counted(ports, { kind: "known", job: known });
  const pieces = [...(await unpackEach(files, undefined, signal)), ...unopened];
  const actor = { company, userId: intake.userId, role: "OPERADOR" } as const;
  try {
    const job = await enqueueBatch(
      ports,
      pieces,
      { cause: { actor, requestId: requestOf(key), peer: null }, approve: null, signal },
      {
        kind: "mail",
        onlyIf: notYet(company, key),
        alsoWrite: (id) => [mailOf(intake, way, key, id, sender, ports.clock.now())],
      },
    );
    return counted(ports, { kind: "taken", job });
  } catch (error) {
    // Somebody else has taken it at the same moment, or there are too many jobs.
    const job = isTooMany(error) ? await jobOf(ports, company, key) : null;
    if (job === null) throw error;
    return counted(ports, { kind: "known", job });
  }
}

/** Who may not send this mail, of the envelope and of the header, where both must be one whom the list has. */
function strangerIn(
  { from, returnPath }: ParsedMail,
  { senders }: Intake,
  { envelopeFrom }: IncomingMail,
): string | null | undefined {
  const envelope = envelopeFrom ?? returnPath;
  if (envelope !== undefined && !isAllowedSender(senders, envelope)) return envelope;
  return isAllowedSender(senders, from) ? undefined : from;
}

function proof({ authenticationResults, from }: ParsedMail, { authorities }: IncomingMail) {
  const address = addressOf(from ?? "") ?? "";
  return authenticationOf(
    authenticationResults,
    authorities,
    address.slice(address.lastIndexOf("@") + 1),
  );
}

/** A mail is its Message-ID and its files; the lines that servers add on its way are not. */
async function keyOf(
  { messageId, files }: ParsedMail,
  raw: Uint8Array<ArrayBuffer>,
): Promise<string> {
  if (messageId === null) return sha256(raw);
  const hashes: (string | null)[] = [];
  for (const { name, blob } of files)
    hashes.push(name, await sha256(new Uint8Array(await blob.arrayBuffer())));
  return sha256(JSON.stringify(["mail", messageId, ...hashes]));
}

const notYet = (company: number, key: string): Guard => ({
  sql: "select 1 where not exists (select 1 from mails where company = ?1 and key = ?2)",
  args: [company, key],
});

function mailOf(
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

/** The job that has taken a mail in; null: none has. */
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
  taken: Extract<ReceivedMail, { job: string }>,
): ReceivedMail {
  ports.meter.count("mail_messages_total", { outcome: taken.kind });
  return taken;
}
