import { sha256 } from "../lib/hash.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { BlobStore } from "../ports/storage.ts";
import {
  BLOCK,
  Checksummer,
  type Checksums,
  contentSize,
  readChecksums,
  tailBytes,
} from "./checksums.ts";

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** How verified bytes reach the reader. `length`: of all of them; `again`: the same range from the store, not verified. */
export type DeliverBlocks = (
  blocks: AsyncGenerator<Uint8Array, void, void>,
  length: number,
  again: () => Promise<ReadableStream<Uint8Array>>,
) => Promise<ReadableStream<Uint8Array>>;

/** Files whose checksums are cached: a ZIP that is unpacked is read in many small ranges. */
const CACHED = 32;
/** One read gets the checksums of a file of 1 GiB. */
const TAIL_BYTES = tailBytes(1 << 30);

/**
 * A BlobStore that appends the SHA-256 of each block of 1 MiB to a file (checksums.ts), and verifies each block before a byte
 * of it is returned. `get` fails with PlatformFailure `file.damaged` where the checksums, or the first block of the range, are
 * not what was written; at a later block the stream fails. Files without checksums are returned as they are.
 */
export function checkedBlobs<Store extends BlobStore>(
  store: Store,
  deliver: DeliverBlocks = streamed,
): Store {
  const cached = new Map<string, Checksums>();

  const damaged = (key: string) => {
    cached.delete(key);
    return new Failed<PlatformFailure>({ code: "file.damaged", file: key });
  };

  async function tailOf(key: string, stored: number, length: number) {
    const found = await store.get(key, { offset: stored - length, length });
    if (found === null) throw damaged(key);
    return readChecksums(new Uint8Array(await new Response(found.body).arrayBuffer()), stored);
  }

  /** Null where there is no such file, "none" where it has no checksums. */
  async function sumsOf(key: string): Promise<Checksums | "none" | null> {
    const known = cached.get(key);
    if (known !== undefined) return known;
    const head = await store.get(key, { offset: 0, length: 0 });
    if (head === null) return null;
    await head.body.cancel();
    const { size: stored } = head;
    let sums = await tailOf(key, stored, Math.min(stored, TAIL_BYTES));
    if (typeof sums === "number") sums = await tailOf(key, stored, sums);
    if (sums === null) return "none";
    if (typeof sums !== "object") throw damaged(key);
    const [oldest] = cached.keys();
    if (cached.size >= CACHED && oldest !== undefined) cached.delete(oldest);
    cached.set(key, sums);
    return sums;
  }

  /** Reads and verifies whole blocks one after another, and cuts them to the range. */
  async function* verified(key: string, { size, hashes }: Checksums, { offset, length }: Range) {
    const end = offset + length;
    const first = Math.floor(offset / BLOCK);
    const from = first * BLOCK;
    const until = Math.min(size, Math.ceil(end / BLOCK) * BLOCK);
    const found = await store.get(key, { offset: from, length: until - from });
    if (found === null) throw damaged(key);
    let at = from;
    for await (const block of inBlocks(found.body)) {
      if ((await sha256(block)) !== hashes[at / BLOCK]) throw damaged(key);
      yield block.subarray(Math.max(0, offset - at), Math.min(block.byteLength, end - at));
      at += block.byteLength;
    }
    if (at !== until) throw damaged(key);
  }

  return {
    ...store,
    async put(key, content, signal) {
      cached.delete(key);
      const summing = new Checksummer();
      const withChecksums =
        content instanceof Uint8Array ? await summing.whole(content) : summing.through(content);
      const { size } = await store.put(key, withChecksums, signal);
      return { size: contentSize(size) };
    },
    async get(key, range) {
      const sums = await sumsOf(key);
      if (sums === null) return null;
      if (sums === "none") return store.get(key, range);
      const { size } = sums;
      const offset = range?.offset ?? 0;
      const length = Math.min(range?.length ?? size, size - offset);
      if (length <= 0) return { size, body: new Blob([]).stream() };
      const again = async () => {
        const found = await store.get(key, { offset, length });
        if (found === null) throw damaged(key);
        return found.body;
      };
      return { size, body: await deliver(verified(key, sums, { offset, length }), length, again) };
    },
    async delete(key) {
      cached.delete(key);
      await store.delete(key);
    },
    async list(prefix, after) {
      const all = await store.list(prefix, after);
      return all.map((one) => ({ ...one, size: contentSize(one.size) }));
    },
  };
}

/** The bytes of a stream in blocks, the last one smaller; stopped early, it cancels the stream. */
async function* inBlocks(stream: ReadableStream<Uint8Array>) {
  let block = new Uint8Array(BLOCK);
  let filled = 0;
  for await (const chunk of stream) {
    let taken = 0;
    while (taken < chunk.byteLength) {
      const piece = chunk.subarray(taken, taken + BLOCK - filled);
      block.set(piece, filled);
      filled += piece.byteLength;
      taken += piece.byteLength;
      if (filled < BLOCK) continue;
      yield block;
      block = new Uint8Array(BLOCK);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Streams the bytes as they are verified. The first block is read before: its failure is the caller's. */
export const streamed: DeliverBlocks = async (blocks) => {
  let next: IteratorResult<Uint8Array, void> | null = await blocks.next();
  return new ReadableStream(
    {
      async pull(out) {
        const now = next ?? (await blocks.next());
        next = null;
        if (now.done) return out.close();
        out.enqueue(now.value);
      },
      async cancel() {
        await blocks.return();
      },
    },
    { highWaterMark: 0 },
  );
};

/**
 * Verifies all bytes, and then returns the store's own stream, whose length the runtime knows (Bun keeps a Content-Length only
 * for a file). Everything is read twice, so the store must be local.
 */
export const verifiedFirst: DeliverBlocks = async (blocks, _length, again) => {
  for await (const _ of blocks);
  return again();
};
