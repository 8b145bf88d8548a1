/** All in ms. */
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** From the claim of a statement to the end of its calls, at most (three calls); then another process may take it. */
export const LEASE_MS = 6 * MINUTE_MS;

/** Queries for the proof of a statement that was registered by a call whose answer was lost; then it stays without. */
export const MOST_PROOF_QUERIES = 30;

/** Ciência is due within ten days of the authorisation; the rule makes none that would probably be refused. */
export const AWARENESS_MS = 10 * DAY_MS;

/** The conclusive statement is due within 180 days of the authorisation. */
export const CONCLUSIVE_MS = 180 * DAY_MS;

/** CNPJs of one look, and statements of each. */
export const MOST_AUTHORS = 1_000;
export const MOST_OF_AUTHOR = 20;

/** Notes that the rule asks for in one batch. */
export const MOST_BY_RULE = 200;

/** Of the service's text. */
export const MOST_TEXT = 300;
