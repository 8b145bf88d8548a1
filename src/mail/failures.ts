export type MailFailure =
  /** An entry of the allow-list that is neither an address nor a domain. */
  | { code: "mail.senders"; got: string }
  /** The mailbox to be read has no server, user or password. */
  | { code: "mail.incomplete"; field: "imap_host" | "imap_user" | "imap_password" }
  /** The stored password belongs to another server, port, user or encryption, or cannot be decrypted: it must be sent again. */
  | { code: "mail.password_again" }
  /** This runtime reads no mailboxes; it receives mail at the company's address. */
  | { code: "mail.not_supported" }
  /** The service has no mail domain (MAIL_DOMAIN). */
  | { code: "mail.no_domain" }
  /** The mail was received and every file in it was ignored; shown with its job among recent mails. */
  | { code: "mail.no_document" }
  | MailRefusal;

/** Why a mail is refused. */
export type MailRefusal =
  | { code: "mail.unknown_address" }
  /** The sender of the envelope or of the header is not on the company's list, or is not exactly one address. */
  | { code: "mail.sender" }
  /** Sender authentication failed: the mail does not come from the domain in its header From. */
  | { code: "mail.unproven" }
  | { code: "mail.too_large" }
  /** Not a MIME message, or one with too many parts. */
  | { code: "mail.malformed" }
  | { code: "mail.empty" };
