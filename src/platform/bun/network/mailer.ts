import type { Mailer, MailFault, NewMail } from "../../../ports/mailer.ts";
import { callLimiter, remoteCircuit } from "../../../resilience/policies.ts";
import { isPrivate } from "./addresses.ts";

/** Longest time until the greeting, and longest silence of the server, ms. */
const CONNECT_MS = 6_000;
const SILENT_MS = 15_000;
/** Port for mail that a program submits (RFC 6409; with TLS from the first byte RFC 8314). */
const PORTS = { "smtp:": 587, "smtps:": 465 };

export interface MailerRules {
  /** `smtp://user:password@host:port`, or `smtps:` (SMTP_URL). */
  readonly url: string;
  /** An address, or `Name <address>` (SMTP_FROM). */
  readonly from: string;
  /** Certificates to trust instead of the system's, in PEM; a test gives one. */
  readonly ca?: string;
}

/**
 * Mail by SMTP (nodemailer). `smtp:` goes on only after STARTTLS, but for a server of this machine. The phase in which a
 * connection ends tells whether the mail may be on its way.
 */
export function smtpMailer({ url, from, ca }: MailerRules): Mailer {
  const limited = callLimiter(remoteCircuit("smtp", { counts: () => false }), "mailOut", {
    canQueue: true,
  });
  const server = new URL(url);
  return {
    async send(mail, signal) {
      const progress = { handedOver: false };
      try {
        return await limited((within) =>
          exchange({ server, from, ca, mail, progress }, signal ? [within, signal] : [within]),
        );
      } catch {
        signal?.throwIfAborted();
        return progress.handedOver ? "mailer.unknown" : "mailer.unreachable";
      }
    },
  };
}

interface Exchange {
  readonly server: URL;
  readonly from: string;
  readonly ca: string | undefined;
  readonly mail: NewMail;
  readonly progress: { handedOver: boolean };
}

async function exchange(
  { server, from, ca, mail, progress }: Exchange,
  limits: readonly AbortSignal[],
): Promise<MailFault | null> {
  // Loaded by the first mail: most services send none.
  const [{ default: MailComposer }, { default: SMTPConnection }] = await Promise.all([
    import("nodemailer/lib/mail-composer"),
    import("nodemailer/lib/smtp-connection"),
  ]);
  for (const limit of limits) limit.throwIfAborted();
  const composed = new MailComposer({
    from,
    to: [...mail.to],
    subject: mail.subject,
    text: mail.text,
    messageId: mail.messageId,
    date: new Date(mail.date),
    // A program has written it, and wants no answer by a program (RFC 3834).
    headers: { "auto-submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const message = await composed.build();
  const connection = new SMTPConnection(optionsOf(server, ca));
  const { promise, resolve, reject } = Promise.withResolvers<MailFault | null>();
  const failed = (error: unknown) => resolve(faultOf(error, progress.handedOver));
  // nodemailer reports some faults by the event alone, some by the callback, and some by both.
  connection.on("error", failed);
  connection.on("end", () => failed(new Error("the connection has ended")));
  const late = () => reject(new Error("the time is over"));
  for (const limit of limits) limit.addEventListener("abort", late, { once: true });
  const send = () => {
    const envelope = composed.getEnvelope();
    // From here on the server may have it; a refusal has the server's answer.
    progress.handedOver = true;
    connection.send(envelope, message, (error, info) => {
      if (error !== null) failed(error);
      else resolve(info !== undefined && info.rejected.length > 0 ? "mailer.some_refused" : null);
    });
  };
  connection.connect((error) => {
    if (error) return failed(error);
    const user = decodeURIComponent(server.username);
    if (user === "") return send();
    const credentials = { user, pass: decodeURIComponent(server.password) };
    connection.login({ credentials }, (refused) =>
      refused === null ? send() : resolve(refused.responseCode ? "mailer.login" : faultOf(refused)),
    );
  });
  return promise.finally(() => {
    for (const limit of limits) limit.removeEventListener("abort", late);
    connection.close();
  });
}

function optionsOf(server: URL, ca: string | undefined) {
  const host = server.hostname.replace(/^\[|\]$/g, "");
  const secure = server.protocol === "smtps:";
  const own = host === "localhost" || /^(?:127\.|::1$)/.test(host);
  return {
    host,
    port: Number(server.port || PORTS[secure ? "smtps:" : "smtp:"]),
    secure,
    requireTLS: !secure && !own,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    allowInternalNetworkInterfaces: isPrivate(host),
    ...(ca === undefined ? {} : { tls: { ca } }),
  };
}

/** What nodemailer says of a fault. */
interface Said {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
}

/** An answer of the server is a refusal; silence after the mail was handed over tells nothing. */
function faultOf(error: unknown, handedOver = false): MailFault {
  const { code, responseCode }: Said = typeof error === "object" && error !== null ? error : {};
  if (handedOver) return typeof responseCode === "number" ? "mailer.refused" : "mailer.unknown";
  if (code === "ETLS" || (code === "ESOCKET" && isAboutTls(error))) return "mailer.tls";
  return code === "EAUTH" || code === "ENOAUTH" ? "mailer.login" : "mailer.unreachable";
}

const isAboutTls = (error: unknown): boolean =>
  error instanceof Error && /TLS|SSL|certificate|self.signed/i.test(error.message);
