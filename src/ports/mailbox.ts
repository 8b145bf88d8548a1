/** What opens a mailbox. The password is in clear: whoever gets it keeps it nowhere, and never logs it. */
export interface MailboxAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** From the first byte, or by STARTTLS on port 143; false: in clear. */
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

/** An open folder. One call at a time: a server that streams one answer takes no other command. */
export interface Mailbox {
  /** The mails without \Seen whose header Subject holds a text (empty: any), the oldest first, at most `most`. */
  unseen(subject: string, most: number): Promise<UnseenMail[]>;
  /** The first `most` bytes of a mail, which stays unseen; null when it is gone. */
  raw(id: number, most: number): Promise<Uint8Array<ArrayBuffer> | null>;
  markSeen(id: number): Promise<void>;
}

export interface Mailboxes {
  /**
   * Opens a folder, `look`: read only, lets `work` work, and leaves, whatever happens; within a bound of time. Rejects as the
   * work does, and with MailboxFailure, which tells nothing of what the other side has said.
   */
  visit<T>(
    access: MailboxAccess,
    how: "look" | "take",
    work: (mailbox: Mailbox) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/**
 * No IMAP server answers there, or no longer; no safe connection; not this user and password; no such folder; an address of
 * a private network, which is not called here.
 */
export interface MailboxFailure {
  readonly code:
    | "mailbox.unreachable"
    | "mailbox.tls"
    | "mailbox.login"
    | "mailbox.folder"
    | "mailbox.private";
}
