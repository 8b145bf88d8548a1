export type MailFailure =
  /** An entry of the allow-list that is neither an address nor a domain. */
  | { code: "mail.senders"; got: string }
  /** A mailbox that is to be read lacks its server, its user or its password. */
  | { code: "mail.incomplete"; field: "imap_host" | "imap_user" | "imap_password" }
  /** The stored password is for another server, port, user or way of encryption, or cannot be opened: it must be typed. */
  | { code: "mail.password_again" }
  /** This runtime reads no mailboxes; mail comes to the company's address. */
  | { code: "mail.not_supported" }
  /** The service has no domain of its own for mail. */
  | { code: "mail.no_domain" }
  /** It was taken in, and every file in it was ignored: what `recent` says of it beside its job. */
  | { code: "mail.no_document" }
  | MailRefusal;

/** Why a mail is not taken in. */
export type MailRefusal =
  | { code: "mail.unknown_address" }
  /** Who sends, by the envelope or by the header, is not in the company's list, or not one person. */
  | { code: "mail.sender" }
  /** Nothing proves that it comes from the domain that it names. */
  | { code: "mail.unproven" }
  | { code: "mail.too_large" }
  /** No message by the rules of MIME, or one with far too many parts. */
  | { code: "mail.malformed" }
  | { code: "mail.empty" };
