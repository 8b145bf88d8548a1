import { LRUCache } from "lru-cache";
import type { Ports } from "../../ports/ports.ts";

/** The answer of a read: the bytes of its JSON, and their strong ETag. */
export interface CachedAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** No answer is ever stale, since its key has the versions; this only frees the memory of unused ones. */
const TTL_MS = 600_000;
/** About what an entry takes beside its bytes: the key, the ETag, the nodes of the list. */
const ENTRY_BYTES = 512;

type AnswerCache = LRUCache<string, CachedAnswer>;
const caches = new WeakMap<Ports["reader"], AnswerCache>();

/**
 * The cache of one database: the most recently used answers, at most CACHE_ENTRIES of CACHE_BYTES in all. Null where either
 * is 0: then there is no cache. It lives as long as its reader.
 */
export function answerCache({
  config,
  reader,
  clock,
}: Pick<Ports, "config" | "reader" | "clock">): AnswerCache | null {
  const { CACHE_ENTRIES: max, CACHE_BYTES: maxSize } = config;
  if (max === 0 || maxSize === 0) return null;
  const known = caches.get(reader);
  if (known !== undefined) return known;
  const fresh: AnswerCache = new LRUCache({
    max,
    maxSize,
    sizeCalculation: ({ body }, key) => body.byteLength + 2 * key.length + ENTRY_BYTES,
    ttl: TTL_MS,
    // Our clock, read each time: lru-cache would start a timer that outlives the request.
    ttlResolution: 0,
    perf: clock,
  });
  caches.set(reader, fresh);
  return fresh;
}
