import { Failed } from "../../lib/result.ts";
import type { Originals, PlatformFailure } from "../../ports.ts";
import type { Lane } from "../../resilience/policies.ts";
import type { Gzip } from "../table-originals.ts";

const keyOf = (company: number, sha256: string): string => `originals/${company}/${sha256}`;

/**
 * Original bytes as objects of R2, which checks their SHA-256 as it takes them. They are there before `keep` resolves, so the
 * batch that names them need not carry them; what a batch then refuses stays behind without a name.
 * Both fail with PlatformFailure `overloaded`: whatever a bucket does not do is weather.
 */
export function bucketOriginals(bucket: R2Bucket, way: Lane): Originals {
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await way(call);
    } catch (cause) {
      throw new Failed<PlatformFailure>(
        { code: "overloaded", what: "originals", retryAfterS: 1 },
        { cause },
      );
    }
  };
  return {
    async keep(company, sha256, bytes) {
      const once = { etagDoesNotMatch: "*" };
      await asked(() => bucket.put(keyOf(company, sha256), bytes, { onlyIf: once, sha256 }));
      return [];
    },
    async get(company, sha256) {
      return asked(async () => {
        const object = await bucket.get(keyOf(company, sha256));
        return object === null ? null : new Uint8Array(await object.arrayBuffer());
      });
    },
  };
}

/** gzip by the web's streams. */
export const webGzip: Gzip = {
  async pack(bytes) {
    return collected(streamOf(bytes).pipeThrough(new CompressionStream("gzip")), Infinity);
  },
  async unpack(packed, size) {
    const stream = streamOf(packed).pipeThrough(new DecompressionStream("gzip"));
    const bytes = await collected(stream, size);
    if (bytes.byteLength !== size)
      throw new Error(`original of ${size} bytes has ${bytes.byteLength}`);
    return bytes;
  },
};

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> => new Blob([bytes]).stream();

/** The bytes of a stream, read until there are more than `most`. */
async function collected(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > most) break;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
