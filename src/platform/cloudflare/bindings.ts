import { type Config, parseConfig } from "../../config.ts";
import type { Bucket } from "./bucket.ts";

/** What wrangler.toml, `wrangler secret` and the dashboard give the Worker: the variables of config.ts, and these. */
export interface Bindings {
  /** Where original bytes are kept; without it they are rows of the database, as on Bun. */
  readonly ORIGINALS?: R2Bucket;
  /** Where exports, and ZIPs that wait to be opened, are kept. */
  readonly FILES?: R2Bucket;
  /** What outlives a request; without it nothing is taken that would. */
  readonly JOBS?: Queue;
  /** The dead-letter queue of JOBS, so that a reason goes there with its message. */
  readonly DEAD_JOBS?: Queue;
  /** One object for each token bucket; without it each isolate counts for itself. */
  readonly BUCKETS?: DurableObjectNamespace<Bucket>;
  /** Walls before the buckets, about right and free: for each network, and for each user or key. */
  readonly WALL_NETWORK?: RateLimit;
  readonly WALL_BUCKET?: RateLimit;
  /** Where what is counted goes; without it nothing is kept. */
  readonly METRICS?: AnalyticsEngineDataset;
  readonly [name: string]: unknown;
}

const REMOTE = /^(?:https?|libsql):/;

/**
 * The configuration out of the bindings; a Worker is always production (design decision 17).
 * Throws an Error that lists what is missing: JWT_SECRET, or a DATABASE_URL that can be reached by network.
 */
export function configOf(bindings: Bindings): Config {
  const strings = Object.entries(bindings).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const config = parseConfig({ ...Object.fromEntries(strings), APP_ENV: "production" });
  if (!REMOTE.test(config.DATABASE_URL))
    throw new Error(
      "A configuração não está completa:\n✖ DATABASE_URL deve ser libsql: ou https: em um Worker",
    );
  return config;
}
