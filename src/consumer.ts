import { atHome } from "./accounts/home.ts";
import { EXPORT_JOB } from "./export/files/exports.ts";
import { writeExport } from "./export/files/write.ts";
import { ARCHIVE_JOB } from "./ingest/batch/archive.ts";
import { parkDocument, processDocument } from "./ingest/batch/document-message.ts";
import { unpackArchive } from "./ingest/batch/unpack-archive.ts";
import { parkOneMessageJob } from "./journal/one-message-jobs.ts";
import type { Ports } from "./ports/ports.ts";
import type { Consumer, MessageOutcome } from "./ports/queue.ts";
import { commitStatements, type Statement } from "./ports/sql.ts";
import { Message } from "./queue-messages.ts";
import { faultCode } from "./resilience/fault-code.ts";
import { runWebhook } from "./webhooks/run.ts";

/** The consumer of queue messages, on both runtimes. */
export const consumerOf = (ports: Ports): Consumer => ({
  consume: (body, signal) => consume(ports, body, signal),
  park: (body, reason, along) => park(ports, body, reason, along),
});

/**
 * Processes a message. A refusal is final: the flow has stored it, and the message is `done`. A transient fault (a busy
 * database, the network, a full disk, a stop) is retried. So is a message that does not parse: after its last attempt it is
 * parked, where it is visible. Never rejects.
 */
export async function consume(
  ports: Ports,
  body: unknown,
  signal?: AbortSignal,
): Promise<MessageOutcome> {
  const { success, data: message } = Message.safeParse(body);
  if (!success) return { retry: UNREADABLE };
  try {
    await work(await atHome(ports, message.company), message, signal);
    return "done";
  } catch (error) {
    return { retry: faultCode(error) };
  }
}

function work(ports: Ports, message: Message, signal?: AbortSignal): Promise<void> {
  switch (message.kind) {
    case "document":
      return processDocument(ports, message, signal);
    case "archive":
      return unpackArchive(ports, message, signal);
    case "export":
      return writeExport(ports, message, signal);
    case "webhook":
      return runWebhook(ports, message, signal);
  }
}

const UNREADABLE = "message.unreadable";

/** Parks a message after its last attempt: its job shows it and can be replayed. Rejects as the writer does. */
export async function park(
  ports: Ports,
  body: unknown,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  const { success, data: message } = Message.safeParse(body);
  if (!success) {
    ports.log("error", "job.parked", { reason });
    return commitStatements(ports.writer, along);
  }
  const { kind } = message;
  const job = message.kind === "webhook" ? message.webhook : message.job;
  ports.log("error", "job.parked", { reason, kind, job });
  const there = await atHome(ports, message.company);
  if (there.reader === ports.reader) return parkMessage(there, message, reason, along);
  // The message waits in another database than its job: repeated, the first step changes nothing.
  await parkMessage(there, message, reason, []);
  return commitStatements(ports.writer, along);
}

/** Not async: a kind without a case does not compile. */
function parkMessage(
  ports: Ports,
  message: Message,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  switch (message.kind) {
    case "document":
      return parkDocument(ports, message, reason, along);
    case "archive":
      return parkOneMessageJob(ports, ARCHIVE_JOB, message, reason, along);
    case "export":
      return parkOneMessageJob(ports, EXPORT_JOB, message, reason, along);
    case "webhook":
      // The webhook is found again by the next look: sendDueWebhooks.
      return commitStatements(ports.writer, along);
  }
}
