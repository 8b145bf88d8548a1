/**
 * Routes whose handler may run again after the first request has written and its answer is not there: what it did is done once by
 * nature (`already_…`, a known document), or the handler finds it by `c.var.resumed` and answers as the first time.
 * Elsewhere the answer is `idempotency.answer_lost`, with what was made.
 */
const RUNS_AGAIN: readonly RegExp[] = [
  /^\/api\/(logout|session\/company)$/,
  /^\/api\/nfe\/(upload|batch)$/,
  /^\/api\/nfes\/process$/,
  /^\/api\/nfes\/[^/]+\/(process|discard|restore|reverse)$/,
  /^\/api\/nfes\/[^/]+\/events\/[^/]+\/withdraw$/,
  /^\/api\/nfes\/[^/]+\/costs\/[^/]+\/reverse$/,
  /^\/api\/movements$/,
  /^\/api\/movements\/[^/]+\/reverse$/,
  /^\/api\/counts$/,
  /^\/api\/counts\/[^/]+\/(close|cancel)$/,
  /^\/api\/counts\/[^/]+\/unknown\/[^/]+\/assign$/,
  /^\/api\/exports$/,
  /^\/api\/nfes\/fetch$/,
  /^\/api\/nfes\/[^/]+\/statement$/,
  /^\/api\/sefaz\/(fetch-now|calls|calls\/[^/]+\/answer|parked\/retry|statements|statements\/[^/]+\/answer)$/,
];

export const runsAgain = (path: string): boolean => RUNS_AGAIN.some((one) => one.test(path));

/** Routes whose answer has a secret that is shown once: it is not kept. */
const SECRET = /^\/api\/(keys|users|webhooks|session)\b|password|secret/;

export const showsSecret = (path: string): boolean => SECRET.test(path);

/** Lines of a count have a key of their own, which is kept as long as the count and is that of a device, not of a user. */
const OWN_KEY = /^\/api\/counts\/[^/]+\/lines$/;

export const hasOwnKey = (path: string): boolean => OWN_KEY.test(path);
