/** A mail of plain text, from the address of the installation (SMTP_FROM). */
export interface NewMail {
  /** Addresses; each sees the others. */
  readonly to: readonly string[];
  readonly subject: string;
  /** Lines end with \n. */
  readonly text: string;
  /** `<…@…>`, the same for the same mail. */
  readonly messageId: string;
  /** Milliseconds UTC. */
  readonly date: number;
}

/**
 * Why a mail was not sent as a whole, in this order: no SMTP server answers; no secure connection; user or password refused;
 * every recipient or the mail itself refused; some recipients refused, the others have it; the connection ended after the mail
 * was handed over and before the server said that it has it, so that it may be on its way.
 */
export const MAIL_FAULTS = [
  "mailer.unreachable",
  "mailer.tls",
  "mailer.login",
  "mailer.refused",
  "mailer.some_refused",
  "mailer.unknown",
] as const;
export type MailFault = (typeof MAIL_FAULTS)[number];

export interface Mailer {
  /** Sends a mail once, within a bound of time. Null: the server has it for every recipient. Rejects only when `signal` aborts. */
  send(mail: NewMail, signal?: AbortSignal): Promise<MailFault | null>;
}

/** Whether a mail with this fault has certainly reached no recipient, so that it may be sent again. */
export const isUnsent = (fault: MailFault | null): boolean =>
  fault !== null && fault !== "mailer.some_refused" && fault !== "mailer.unknown";
