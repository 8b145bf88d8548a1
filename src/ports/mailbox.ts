/** What opens a mailbox. The password is in clear text: it must not be stored or logged. */
export interface MailboxAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** TLS from the first byte, or by STARTTLS on port 143; false: clear text. */
  readonly tls: boolean;
}

/** A mail as the server describes it. */
export interface UnseenMail {
  readonly id: number;
  readonly bytes: number;
  /** The first address of its header From. */
  readonly sender: string | null;
  readonly messageId: string | null;
}

/** An open folder over one connection: each call begins after the one before it has ended. */
export interface Mailbox {
  /**
   * The mails that are not marked \Seen, the first that came first, `most` at the most. `subject`: a text that the header Subject
   * contains; "": any.
   */
  unseen(subject: string, most: number): Promise<UnseenMail[]>;
  /** The first `most` bytes of a mail, which stays unseen; null when it is gone. */
  raw(id: number, most: number): Promise<Uint8Array<ArrayBuffer> | null>;
  markSeen(id: number): Promise<void>;
}

export interface Mailboxes {
  /**
   * Opens a folder (`look`: read only), runs `work`, and always closes the connection, within a bound of time. Rejects as
   * `work` does, and with MailboxFailure, which holds no text of the server.
   */
  visit<T>(
    access: MailboxAccess,
    how: "look" | "take",
    work: (mailbox: Mailbox) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/**
 * In this order: no IMAP server answers; the TLS connection is not trusted; user or password refused; no such folder; an
 * address of a private network, which this installation does not call.
 */
export interface MailboxFailure {
  readonly code:
    | "mailbox.unreachable"
    | "mailbox.tls"
    | "mailbox.login"
    | "mailbox.folder"
    | "mailbox.private";
}
