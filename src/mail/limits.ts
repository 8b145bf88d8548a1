const MIB = 1_048_576;

/** Bytes of one mail as it is sent, encoded: what the batch route takes (ingest/limits.ts). */
export const MAIL_BYTES = 50 * MIB;

/** The same at the edge: Cloudflare takes no larger mail, and an isolate has 128 MiB for it and what is in it. */
export const EDGE_MAIL_BYTES = 25 * MIB;

/** Of all headers of a mail together. */
export const HEADER_BYTES = MIB / 4;

/** Multiparts in one another. */
export const NESTED_PARTS = 32;

/** Mails in one another: one that was forwarded as a file, and one that was forwarded in that. */
export const NESTED_MAILS = 2;

/** Lines that may begin a part: more are no mail of notes, and each would be an object in memory. */
export const PART_LINES = 5_000;

/** Of one visit to a mailbox; what is left waits for the next. */
export const VISIT_LIMITS = { messages: 50, bytes: 100 * MIB } as const;

/** Mailboxes that are visited at a time. */
export const CONCURRENT_VISITS = 4;

/** Refusals of a day that are kept one by one for the administrator; the others are only counted. */
export const REFUSALS_A_DAY = 200;
