import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { BlobStore } from "../../ports/storage.ts";
import type { CallLimiter } from "../../resilience/policies.ts";
import { blobKey } from "../blob-key.ts";
import type { DeliverBlocks } from "../checked-blobs.ts";

/** Parts of a multipart upload: R2 requires at least 5 MiB and one size for all but the last. */
const PART_BYTES = 5 << 20;

/**
 * Ports.BlobStore as objects of R2. A stream of unknown length is uploaded in parts, one in memory at a time, and becomes an
 * object only with the last part. Every method fails with PlatformFailure `overloaded` when the bucket fails.
 */
export function bucketBlobs(bucket: R2Bucket, limiter: CallLimiter): BlobStore {
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await limiter(call);
    } catch (cause) {
      throw new Failed<PlatformFailure>(
        { code: "overloaded", what: "files", retryAfterS: 1 },
        { cause },
      );
    }
  };

  async function inParts(
    key: string,
    parts: AsyncGenerator<Uint8Array, void, void>,
    first: Uint8Array,
  ): Promise<number> {
    const upload = await asked(() => bucket.createMultipartUpload(key));
    try {
      const sent: R2UploadedPart[] = [];
      let size = 0;
      let part: Uint8Array | null = first;
      while (part !== null) {
        const bytes: Uint8Array = part;
        sent.push(await asked(() => upload.uploadPart(sent.length + 1, bytes)));
        size += bytes.byteLength;
        const next: IteratorResult<Uint8Array, void> = await parts.next();
        part = next.done ? null : next.value;
      }
      await asked(() => upload.complete(sent));
      return size;
    } catch (error) {
      await parts.return();
      // If the abort fails too, R2 removes the parts after a week.
      await asked(() => upload.abort()).catch(() => undefined);
      throw error;
    }
  }

  return {
    async put(key, content, signal) {
      blobKey(key);
      if (content instanceof Uint8Array) {
        signal?.throwIfAborted();
        await asked(() => bucket.put(key, content));
        return { size: content.byteLength };
      }
      const parts = partsOf(content, PART_BYTES, signal);
      const begun = await parts.next();
      const first = begun.done ? new Uint8Array(0) : begun.value;
      if (first.byteLength === PART_BYTES) return { size: await inParts(key, parts, first) };
      await asked(() => bucket.put(key, first));
      return { size: first.byteLength };
    },
    async get(key, range) {
      blobKey(key);
      if (range === undefined) {
        const object = await asked(() => bucket.get(key));
        return object === null ? null : { size: object.size, body: object.body };
      }
      const head = await asked(() => bucket.head(key));
      if (head === null) return null;
      const { size, etag } = head;
      const length = Math.min(range.length, size - range.offset);
      // R2 refuses a range outside of the object.
      if (length <= 0) return { size, body: new Blob([]).stream() };
      const part = await asked(() =>
        bucket.get(key, {
          range: { offset: range.offset, length },
          onlyIf: { etagMatches: etag },
        }),
      );
      return part === null || !("body" in part) ? null : { size, body: part.body };
    },
    async delete(key) {
      await asked(() => bucket.delete(blobKey(key)));
    },
    async list(prefix, after) {
      const page = await asked(() =>
        bucket.list({
          prefix,
          limit: 1_000,
          ...(after === undefined ? {} : { startAfter: after }),
        }),
      );
      return page.objects.map(({ key, size, uploaded }) => ({ key, size, at: uploaded.getTime() }));
    },
  };
}

/** Streams verified bytes with a known length: without it the runtime drops the Content-Length. */
export const withKnownLength: DeliverBlocks = async (blocks, length) => {
  const first = await blocks.next();
  const { readable, writable } = new FixedLengthStream(length);
  const writer = writable.getWriter();
  const pump = async () => {
    for (let next = first; !next.done; next = await blocks.next()) await writer.write(next.value);
    await writer.close();
  };
  pump().catch(async (error: unknown) => {
    // The reader has cancelled, or a block is not what was written: the stream is aborted.
    await blocks.return();
    await writer.abort(error).catch(() => undefined);
  });
  return readable;
};

/** The bytes of a stream in parts of exactly `size`, the last one smaller. Stopped early, it cancels the stream. */
async function* partsOf(
  stream: ReadableStream<Uint8Array>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let part = new Uint8Array(size);
  let at = 0;
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    let taken = 0;
    while (taken < chunk.byteLength) {
      const piece = chunk.subarray(taken, taken + size - at);
      part.set(piece, at);
      taken += piece.byteLength;
      at += piece.byteLength;
      if (at < size) continue;
      yield part;
      part = new Uint8Array(size);
      at = 0;
    }
  }
  signal?.throwIfAborted();
  if (at > 0) yield part.subarray(0, at);
}
