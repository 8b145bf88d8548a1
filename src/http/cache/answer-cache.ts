import { LRUCache } from "lru-cache";
import type { Ports } from "../../ports/ports.ts";

/** A read's answer as it goes out: the bytes of its JSON, and the strong ETag of these very bytes. */
export interface CachedAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** Nothing kept is ever old, since its key has the versions; this only lets go of what nobody asks for. */
const TTL_MS = 600_000;
/** About what an entry takes beside its bytes: the key, the ETag, their places in the list. */
const ENTRY_BYTES = 512;

type Kept = LRUCache<string, CachedAnswer>;
const memories = new WeakMap<Ports["reader"], Kept>();

/**
 * The answers that are remembered of one database, at most CACHE_ENTRIES of CACHE_BYTES in all, those asked for last.
 * Null where either is 0: then nothing is remembered. They live as long as their reader does.
 */
export function answerCache({
  config,
  reader,
  clock,
}: Pick<Ports, "config" | "reader" | "clock">): Kept | null {
  const { CACHE_ENTRIES: max, CACHE_BYTES: maxSize } = config;
  if (max === 0 || maxSize === 0) return null;
  const known = memories.get(reader);
  if (known !== undefined) return known;
  const fresh: Kept = new LRUCache({
    max,
    maxSize,
    sizeCalculation: ({ body }, key) => body.byteLength + 2 * key.length + ENTRY_BYTES,
    ttl: TTL_MS,
    // Our clock, asked each time: no timer that would outlive a request.
    ttlResolution: 0,
    perf: clock,
  });
  memories.set(reader, fresh);
  return fresh;
}
