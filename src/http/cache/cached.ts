import type { Context, TypedResponse } from "hono";
import { routePath } from "hono/route";
import type { JSONParsed } from "hono/utils/types";
import { type ProductTag, type Tag, tagVersions } from "../../journal/versions.ts";
import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Env } from "../env.ts";
import { answerCache, type CachedAnswer } from "./answer-cache.ts";
import { join } from "./single-flight.ts";

/** What a cached answer is made of. */
interface CacheKey {
  /** The tags of everything that is shown: whoever changes that raises one of them. */
  readonly tags: readonly (Tag | ProductTag)[];
  /**
   * All that the answer depends on beside the database: the request as it was understood (defaults and bounds applied), the
   * day where "now" counts, the role where it matters. Written as JSON it tells one answer from another.
   */
  readonly vary: Readonly<Record<string, unknown>>;
}

/** The documentation of the answer that says: what you have is still so. */
export const NOT_MODIFIED = {
  304: { description: "A cópia do cliente (If-None-Match) ainda vale" },
} as const;

/**
 * Answers a read from memory while nothing that it shows has changed, on this or any other process; else computes it, once for
 * all who ask at the same time. The versions are read before the data, and are part of the key: so what is kept under them may
 * be newer than they say, and is never older (design decision 14). The company is part of the key too.
 *
 * `X-Cache`: HIT (not computed for this request), MISS, or REVALIDATED: 304 without a body, because the ETag in
 * `If-None-Match` is that of the bytes that would be sent. A failure of `compute` is the answer, and is not kept.
 */
export async function cached<T>(
  c: Context<Env>,
  made: CacheKey,
  compute: (signal: AbortSignal) => Promise<T>,
): Promise<Response & TypedResponse<JSONParsed<T>, 200, "json">> {
  const { ports, actor } = c.var;
  const { signal } = c.var;
  const kept = answerCache(ports);
  const make = async (until: AbortSignal) => answerOf(await compute(until));
  if (kept === null) return reply(c, await make(signal), "MISS");

  const versions = await tagVersions(ports, actor.company, made.tags, signal);
  const key = JSON.stringify([actor.company, routePath(c), made.vary, versions]);
  const known = kept.get(key);
  if (known !== undefined) return reply(c, known, "HIT");
  const { answer, made: first } = await join(ports, key, signal, async (until) => {
    const fresh = await make(until);
    kept.set(key, fresh);
    return fresh;
  });
  return reply(c, answer, first ? "MISS" : "HIT");
}

const encoder = new TextEncoder();

async function answerOf(value: unknown): Promise<CachedAnswer> {
  const body = new Uint8Array(encoder.encode(JSON.stringify(value)));
  return { body, etag: `"${(await sha256(body)).slice(0, 32)}"` };
}

/** May be kept by the one who asked, who must ask again before each use. */
function reply<T>(c: Context<Env>, { body, etag }: CachedAnswer, how: "HIT" | "MISS") {
  const unchanged = matches(c.req.header("if-none-match"), etag);
  const result = unchanged ? "REVALIDATED" : how;
  c.var.ports.meter.count("cache_reads_total", { result });
  const headers = {
    etag,
    "cache-control": "private, no-cache",
    vary: "Authorization",
    "x-cache": result,
  };
  const response = unchanged
    ? c.body(null, 304, headers)
    : c.body(body, 200, { ...headers, "content-type": "application/json" });
  // The body is the JSON of what `compute` gave.
  return trusted<Response & TypedResponse<JSONParsed<T>, 200, "json">>(response);
}

/** RFC 9110, 13.1.2: compared weakly, because a proxy that compresses marks the ETag as weak. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const given = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return given.includes(etag) || given.includes("*");
}
