import type { BlobStore } from "../../ports/storage.ts";

/** Ports.BlobStore in memory: it ends with the process. */
export function memoryBlobs(clock: { now(): number }): BlobStore {
  const kept = new Map<string, { bytes: Uint8Array<ArrayBuffer>; at: number }>();
  return {
    async put(key, content, signal) {
      const bytes =
        content instanceof Uint8Array ? content.slice() : await collected(content, signal);
      signal?.throwIfAborted();
      kept.set(key, { bytes, at: clock.now() });
      return { size: bytes.byteLength };
    },
    async get(key, range) {
      const bytes = kept.get(key)?.bytes;
      if (bytes === undefined) return null;
      const end = range === undefined ? undefined : range.offset + range.length;
      const part = bytes.slice(range?.offset ?? 0, end);
      return { size: bytes.byteLength, body: new Blob([part]).stream() };
    },
    async delete(key) {
      kept.delete(key);
    },
    async list(prefix, after = "") {
      return [...kept]
        .filter(([key]) => key.startsWith(prefix) && key > after)
        .map(([key, { bytes, at }]) => ({ key, size: bytes.byteLength, at }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, 1_000);
    },
  };
}

async function collected(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of stream) {
    signal?.throwIfAborted();
    parts.push(part.slice());
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
