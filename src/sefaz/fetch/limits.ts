/** What the national service allows (NT 2014.002 v1.02+, "consumo indevido"), and our distance from it. All in ms. */
export const HOUR_MS = 3_600_000;

/** Clocks of two machines run at different speed, and are set. */
export const MARGIN_MS = 60_000;

/** A permitted call goes out within this time after its claim, or not at all. */
export const SEND_WITHIN_MS = 30_000;

/** From the claim of a call to the end of it, at most: by then the service has carried it out, or never will. */
export const CALL_MS = 120_000;

/** While it is unknown what a call was answered: 137 and 656 forbid the next for an hour from their answer. */
export const UNKNOWN_MS = CALL_MS + HOUR_MS + MARGIN_MS;

/** After an answer that forbids the next call for an hour. */
export const REST_MS = HOUR_MS + MARGIN_MS;

/** consChNFe and consNSU together, within an hour; a call may reach the service CALL_MS after it was counted. */
export const ALLOWANCE = 20;
export const ALLOWANCE_MS = HOUR_MS + CALL_MS + MARGIN_MS;

/** Between two calls by the cursor while the service has more. */
export const PACE_MS = 1_000;

/** The first pause after a fault; it doubles up to an hour. */
export const FIRST_PAUSE_MS = 60_000;

/** Calls by the cursor of different CNPJs are spread over this time after the hour. */
export const SPREAD_MS = 600_000;

/** A company with so many unfinished jobs gets no more documents; the next look is after PAUSE_FULL_MS. */
export const MOST_OPEN_JOBS = 40;
export const PAUSE_FULL_MS = 30_000;

/** Bytes of an answer: 50 documents, packed. */
export const ANSWER_BYTES = 4 * 1_048_576;

/** Bytes of an answer that is not awaited: a block still counts, and has no documents. */
export const LATE_ANSWER_BYTES = 16_384;

/** Asks by key or NSU of one company that wait. */
export const MOST_WAITING_ASKS = 1_000;

/** CNPJs of one company that fetching was ever switched on for, each environment by itself. */
export const MOST_FETCHED = 100;

/** How long a call is listed, and a document stays with the service. */
export const CALLS_KEPT_MS = 7 * 86_400_000;
export const SERVICE_KEEPS_MS = 90 * 86_400_000;

/** How long what could not be read, and an NSU without a document, are listed: the months in which it may be missed. */
export const UNREAD_KEPT_MS = 2 * SERVICE_KEEPS_MS;
