import type { Ports } from "../ports/ports.ts";
import { findIntake } from "./address.ts";
import { isAllowedSender } from "./allowed-senders.ts";
import type { MailRefusal } from "./failures.ts";
import { EDGE_MAIL_BYTES } from "./limits.ts";
import { receiveMail } from "./receive-mail.ts";
import { recordRefusal } from "./record-refusal.ts";

/** A mail as it is handed to us, while its sender waits. */
export interface Delivery {
  /** MAIL FROM; empty: `<>`. */
  readonly from: string;
  /** RCPT TO. */
  readonly to: string;
  readonly headers: Pick<Headers, "get">;
  readonly rawSize: number;
  readonly raw: ReadableStream<Uint8Array>;
}

/** Who looks at a mail before Cloudflare hands it to a Worker. */
const CLOUDFLARE = "mx.cloudflare.net";

/**
 * Takes in a mail to a company's address; gives why it is refused, or null. When it resolves the mail is safe; what may pass
 * rejects, so that the sender's server tries again.
 */
export async function deliver(
  ports: Ports,
  delivery: Delivery,
  signal?: AbortSignal,
): Promise<MailRefusal | null> {
  const refusal = await judged(ports, delivery, signal);
  ports.log("info", "mail.delivery", { code: refusal?.code ?? null, bytes: delivery.rawSize });
  return refusal;
}

async function judged(
  ports: Ports,
  { from, to, headers, rawSize, raw }: Delivery,
  signal?: AbortSignal,
): Promise<MailRefusal | null> {
  const intake = await findIntake(ports, to);
  if (intake === null) {
    ports.meter.count("mail_messages_total", { outcome: "refused" });
    return { code: "mail.unknown_address" };
  }
  const refused = async (refusal: MailRefusal): Promise<MailRefusal> => {
    const messageId = headers.get("message-id");
    const mail = { company: intake.company, way: "address", sender: from, messageId } as const;
    await recordRefusal(ports, mail, refusal, signal);
    return refusal;
  };
  // Neither is worth its bytes.
  if (!isAllowedSender(intake.senders, from)) return refused({ code: "mail.sender" });
  if (rawSize > EDGE_MAIL_BYTES) return refused({ code: "mail.too_large" });
  const bytes = await bytesOf(raw, EDGE_MAIL_BYTES);
  if (bytes === null) return refused({ code: "mail.too_large" });
  const authorities = [...ports.config.MAIL_AUTHORITIES, CLOUDFLARE];
  const arrival = { way: "address", raw: bytes, envelopeFrom: from, authorities } as const;
  const taken = await receiveMail(ports, intake, arrival, signal);
  return taken.kind === "refused" ? taken.refusal : null;
}

/** A stream to its end; null when it has more than `most`, whatever it has said of itself. */
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
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
