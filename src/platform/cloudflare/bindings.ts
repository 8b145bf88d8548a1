import { type Config, parseConfig } from "../../config.ts";
import type { Bucket } from "./bucket.ts";

/** The bindings of wrangler.toml, `wrangler secret` and the dashboard: the variables of config.ts, and these. */
export interface Bindings {
  /** Stores original bytes; without it they are rows of the database, as on Bun. */
  readonly ORIGINALS?: R2Bucket;
  /** Stores exports, and ZIPs that wait to be unpacked. */
  readonly FILES?: R2Bucket;
  /** The queue for work that outlives a request; without it such requests are refused. */
  readonly JOBS?: Queue;
  /** The dead-letter queue of JOBS: a parked message is sent there with its reason. */
  readonly DEAD_JOBS?: Queue;
  /** One Durable Object for each token bucket; without it each isolate counts alone. */
  readonly BUCKETS?: DurableObjectNamespace<Bucket>;
  /** Coarse rate limits before the buckets, free of cost: for each network, and for each user or API key. */
  readonly WALL_NETWORK?: RateLimit;
  readonly WALL_BUCKET?: RateLimit;
  /** Receives the counts; without it they are lost. */
  readonly METRICS?: AnalyticsEngineDataset;
  /** The files of the page; without it there is only the API. */
  readonly ASSETS?: Fetcher;
  readonly [name: string]: unknown;
}

const REMOTE = /^(?:https?|libsql):/;

/**
 * The configuration from the bindings; a Worker is always in production mode.
 * Throws an Error that lists what is missing: JWT_SECRET, or a DATABASE_URL that can be reached by network.
 */
export function configOf(bindings: Bindings): Config {
  const strings = Object.entries(bindings).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const config = parseConfig({ ...Object.fromEntries(strings), APP_ENV: "production" });
  const urls = [config.DATABASE_URL, ...config.DATABASE_URLS.map(({ url }) => url)];
  if (!urls.every((url) => REMOTE.test(url)))
    throw new Error(
      "A configuração não está completa:\n✖ DATABASE_URL e DATABASE_URLS devem ser libsql: ou https: em um Worker",
    );
  return config;
}
