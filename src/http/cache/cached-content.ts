import type { Context } from "hono";
import { routePath } from "hono/route";
import type { Env } from "../env.ts";
import { answerCache } from "./answer-cache.ts";
import { etagOf, matches } from "./cached.ts";
import { join } from "./single-flight.ts";

/** A file that is made of a content that is known by a text, and always the same for it. */
export interface Content {
  /** All that the file depends on. */
  readonly key: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers with a file that is made of a known content: its ETag is known before the file is made, so that a client that has
 * it gets 304 at once. The file is kept with the cached answers, and is made once for all requests that want it at the same
 * time. A failure of `make` is the answer, and is not kept. `X-Cache` as in `cached`.
 */
export async function cachedContent(
  c: Context<Env>,
  { key, type, headers = {} }: Content,
  make: (signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  const { ports, actor, signal } = c.var;
  const etag = await etagOf(key);
  const common = { etag, "cache-control": "private, no-cache", vary: "Authorization, Cookie" };
  const answered = (result: "HIT" | "MISS" | "REVALIDATED") => {
    ports.meter.count("cache_reads_total", { result });
    return { ...common, "x-cache": result };
  };
  if (matches(c.req.header("if-none-match"), etag))
    return c.body(null, 304, answered("REVALIDATED"));
  const kept = answerCache(ports);
  const entry = JSON.stringify([actor.company, routePath(c), key]);
  const known = kept?.get(entry);
  const file = { ...headers, "content-type": type };
  if (known !== undefined) return c.body(known.body, 200, { ...answered("HIT"), ...file });
  const { answer, made } = await join(ports, entry, signal, async (until) => {
    const fresh = { body: await make(until), etag };
    kept?.set(entry, fresh);
    return fresh;
  });
  return c.body(answer.body, 200, { ...answered(made ? "MISS" : "HIT"), ...file });
}
