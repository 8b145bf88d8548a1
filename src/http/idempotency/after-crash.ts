/*
 * What a repetition does where the first request has written, and its answer is not there. It runs again on the routes of these two
 * lists: what is done is found (`already_…`, a known document, `c.var.resumed`), and answered as the first time. Elsewhere the answer
 * is `idempotency.answer_lost`, with what was made.
 */

/** Routes that write in several batches, or are done again without harm: a repetition does what is left. */
const GOES_ON: readonly RegExp[] = [
  /^\/api\/session\/company$/,
  /^\/api\/nfe\/(upload|batch)$/,
  /^\/api\/nfes\/process$/,
  /^\/api\/counts\/[^/]+\/(close|cancel)$/,
  /^\/api\/sefaz\/(fetch-now|calls|calls\/[^/]+\/answer|parked\/retry|statements|statements\/[^/]+\/answer)$/,
];

/**
 * Routes that write one batch: it is written, so a repetition only reads. Where others have undone it meanwhile (a note that was
 * reversed and approved again) it would be carried out a second time: then the answer is lost. A logout has nothing to read, and ends no session that began after it.
 */
const ONLY_READS: readonly RegExp[] = [
  /^\/api\/logout$/,
  /^\/api\/nfes\/[^/]+\/(process|discard|reverse|statement)$/,
  /^\/api\/nfes\/[^/]+\/events\/[^/]+\/withdraw$/,
  /^\/api\/nfes\/[^/]+\/costs\/[^/]+\/reverse$/,
  /^\/api\/movements$/,
  /^\/api\/movements\/[^/]+\/reverse$/,
  /^\/api\/counts$/,
  /^\/api\/exports$/,
];

export const goesOn = (path: string): boolean => GOES_ON.some((one) => one.test(path));
export const onlyReads = (path: string): boolean => ONLY_READS.some((one) => one.test(path));

/** Routes whose answer has a secret that is shown once: it is not kept. */
const SECRET = /^\/api\/(keys|users|webhooks|session)\b|password|secret/;

export const showsSecret = (path: string): boolean => SECRET.test(path);

/** Lines of a count have a key of their own, which is kept as long as the count and is that of a device, not of a user. */
const OWN_KEY = /^\/api\/counts\/[^/]+\/lines$/;

export const hasOwnKey = (path: string): boolean => OWN_KEY.test(path);
