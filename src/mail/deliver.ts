import { forCompany } from "../accounts/home.ts";
import { joinedBytes } from "../lib/bytes.ts";
import { eachHome } from "../ports/homes.ts";
import type { Ports } from "../ports/ports.ts";
import { findIntake } from "./address.ts";
import { isAllowedSender } from "./allowed-senders.ts";
import type { MailRefusal } from "./failures.ts";
import { EDGE_MAIL_BYTES } from "./limits.ts";
import { receiveMail } from "./receive-mail.ts";
import { recordRefusal } from "./record-refusal.ts";

/** A mail delivered by SMTP; the sending server waits for the answer. */
export interface Delivery {
  /** MAIL FROM; empty: `<>`. */
  readonly from: string;
  /** RCPT TO. */
  readonly to: string;
  readonly headers: Pick<Headers, "get">;
  readonly rawSize: number;
  readonly raw: ReadableStream<Uint8Array>;
}

/** The server that authenticates a mail before Cloudflare passes it to a Worker. */
const CLOUDFLARE = "mx.cloudflare.net";

/**
 * Receives a mail to a company's address; returns why it is refused, or null. When it resolves, the job or the refusal is
 * stored; a transient fault rejects, so that the sending server retries.
 */
export async function deliver(
  ports: Ports,
  delivery: Delivery,
  signal?: AbortSignal,
): Promise<MailRefusal | null> {
  const refusal = await receive(ports, delivery, signal);
  ports.log("info", "mail.delivery", { code: refusal?.code ?? null, bytes: delivery.rawSize });
  return refusal;
}

/** As `deliver`, where companies live in several databases: in the one that has the address. */
export async function deliverAnywhere(
  ports: Ports,
  delivery: Delivery,
  signal?: AbortSignal,
): Promise<MailRefusal | null> {
  for (const home of ports.homes === undefined ? [] : eachHome(ports))
    if ((await findIntake(home, delivery.to)) !== null) return deliver(home, delivery, signal);
  return deliver(ports, delivery, signal);
}

async function receive(
  given: Ports,
  { from, to, headers, rawSize, raw }: Delivery,
  signal?: AbortSignal,
): Promise<MailRefusal | null> {
  const intake = await findIntake(given, to);
  if (intake === null) {
    given.meter.count("mail_messages_total", { outcome: "refused" });
    return { code: "mail.unknown_address" };
  }
  const ports = forCompany(given, intake.company);
  const refused = async (refusal: MailRefusal): Promise<MailRefusal> => {
    const messageId = headers.get("message-id");
    const mail = { company: intake.company, way: "address", sender: from, messageId } as const;
    await recordRefusal(ports, mail, refusal, signal);
    return refusal;
  };
  // Refused before the bytes are read.
  if (!isAllowedSender(intake.senders, from)) return refused({ code: "mail.sender" });
  if (rawSize > EDGE_MAIL_BYTES) return refused({ code: "mail.too_large" });
  const bytes = await bytesOf(raw, EDGE_MAIL_BYTES);
  if (bytes === null) return refused({ code: "mail.too_large" });
  const authorities = [...ports.config.MAIL_AUTHORITIES, CLOUDFLARE];
  const incoming = { way: "address", raw: bytes, envelopeFrom: from, authorities } as const;
  const received = await receiveMail(ports, intake, incoming, signal);
  return received.kind === "refused" ? received.refusal : null;
}

/** Reads a stream to its end; null when it has more than `most` bytes, whatever size was declared. */
async function bytesOf(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > most) return null;
    chunks.push(chunk);
  }
  return joinedBytes(chunks);
}
