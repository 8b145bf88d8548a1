import type { Context, TypedResponse } from "hono";
import { routePath } from "hono/route";
import type { JSONParsed } from "hono/utils/types";
import type { Tag } from "../../journal/versions.ts";
import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Env } from "../env.ts";
import { answerCache, type CachedAnswer } from "./answer-cache.ts";
import { join } from "./single-flight.ts";

/** What decides a cached answer, beside the company and the route. */
export interface CacheKey {
  /** The tags of everything that is shown: a write that changes any of it raises one of them. */
  readonly tags: readonly Tag[];
  /** Reads the version of a part that has one of its own, beside the tags; before the data, like theirs. */
  readonly versionOfPart?: () => Promise<number>;
  /**
   * All that the answer depends on outside the database: the request as it was understood (defaults and bounds applied), the
   * day where "now" counts, the role where it matters. Its JSON is part of the key.
   */
  readonly vary: Readonly<Record<string, unknown>>;
}

/** The documentation of the answer 304. */
export const NOT_MODIFIED = {
  304: { description: "A cópia do cliente (If-None-Match) ainda vale" },
} as const;

/**
 * Answers a read from memory while nothing that it shows has changed, in this or any other process; else computes it, once for
 * all requests that want it at the same time.
 *
 * The versions are those that authentication has read in its one statement, after this request began and before its data. They
 * are part of the key, and a write raises them in the batch of its data. So an answer kept under them is at least as new as
 * they are: a write that was committed before the request began is always seen. One that is committed after the versions were
 * read may be seen or not, as with any read at that moment.
 *
 * `X-Cache`: HIT (not computed for this request), MISS, or REVALIDATED: 304 without a body, because the ETag in
 * `If-None-Match` is that of the bytes that would be sent; `etagPrefix` is what it begins with. A failure of `compute` is the answer, and is not kept.
 */
export async function cached<T>(
  c: Context<Env>,
  { tags, versionOfPart, vary }: CacheKey,
  compute: (signal: AbortSignal) => Promise<T>,
  etagPrefix?: (value: T) => string,
): Promise<Response & TypedResponse<JSONParsed<T>, 200, "json">> {
  const { ports, actor, versions, signal } = c.var;
  const kept = answerCache(ports);
  const make = async (until: AbortSignal) => answerOf(await compute(until), etagPrefix);
  if (kept === null) return reply<T>(c, await make(signal), "MISS");

  const seen = [...tags.map((tag) => versions[tag]), await versionOfPart?.()];
  const key = JSON.stringify([actor.company, routePath(c), vary, seen]);
  const known = kept.get(key);
  if (known !== undefined) return reply<T>(c, known, "HIT");
  const { answer, made } = await join(ports, key, signal, async (until) => {
    const fresh = await make(until);
    kept.set(key, fresh);
    return fresh;
  });
  return reply<T>(c, answer, made ? "MISS" : "HIT");
}

const encoder = new TextEncoder();

async function answerOf<T>(
  value: T,
  prefix: ((value: T) => string) | undefined,
): Promise<CachedAnswer> {
  const body = new Uint8Array(encoder.encode(JSON.stringify(value)));
  return { body, etag: await etagOf(body, prefix?.(value)) };
}

/** The ETag of an answer with these bytes, or this text; `prefix` is what it begins with. */
export const etagOf = async (body: Uint8Array<ArrayBuffer> | string, prefix = "") =>
  `"${prefix}${(await sha256(body)).slice(0, 32)}"`;

/** The client may keep the answer and must revalidate it before each use. */
function reply<T>(c: Context<Env>, { body, etag }: CachedAnswer, how: "HIT" | "MISS") {
  const unchanged = matches(c.req.header("if-none-match"), etag);
  const result = unchanged ? "REVALIDATED" : how;
  c.var.ports.meter.count("cache_reads_total", { result });
  const headers = {
    etag,
    "cache-control": "private, no-cache",
    vary: "Authorization, Cookie, Accept",
    "x-cache": result,
  };
  const response = unchanged
    ? c.body(null, 304, headers)
    : c.body(body, 200, { ...headers, "content-type": "application/json" });
  // The body is the JSON of what `compute` gave.
  return trusted<Response & TypedResponse<JSONParsed<T>, 200, "json">>(response);
}

/** RFC 9110, 13.1.2: compared weakly, because a proxy that compresses marks the ETag as weak. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const given = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return given.includes(etag) || given.includes("*");
}
