const MIB = 1_048_576;

/** Bytes of one mail as sent, encoded: the same as for an uploaded batch (ingest/upload/limits.ts). */
export const MAIL_BYTES = 50 * MIB;

/** The same at the edge: the limit of Cloudflare; an isolate has 128 MiB for the mail and its decoded files. */
export const EDGE_MAIL_BYTES = 25 * MIB;

/** Bytes of all headers of a mail together. */
export const HEADER_BYTES = MIB / 4;

/** Nesting of multipart parts. */
export const NESTED_PARTS = 32;

/** Nesting of mails that were forwarded as attachments. */
export const NESTED_MAILS = 2;

/** Lines that may begin a part. Each would be an object in memory, and no mail with notes has so many. */
export const PART_LINES = 5_000;

/** Most mails and bytes of one visit to a mailbox; the rest is read at the next visit. */
export const VISIT_LIMITS = { messages: 50, bytes: 100 * MIB } as const;

/** Mailboxes that are visited concurrently. */
export const CONCURRENT_VISITS = 4;

/** Refusals of one day that are stored for the administrator; further ones are only counted. */
export const REFUSALS_A_DAY = 200;
