import { joinedBytes } from "../../lib/bytes.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Originals } from "../../ports/storage.ts";
import type { CallLimiter } from "../../resilience/policies.ts";
import { type Gzip, originalRow, tableOriginals, verified } from "../libsql/table-originals.ts";

const keyOf = (company: number, sha256: string): string => `originals/${company}/${sha256}`;
/** The prefix for objects that no row names, for one more day. */
const REMOVED = "removed/";

const DAY_MS = 86_400_000;
/** The objects that one slice of `removeUnnamed` lists, and how many of them it moves at most. */
const SLICE = { objects: 1_000, moves: 200 };
const EMPTY = new Uint8Array(0);

/**
 * Original bytes as objects of R2, which checks their SHA-256 when they are stored. They are durable before `store` resolves;
 * the batch that names them writes a row without bytes, with the same guard and expiry as a row with bytes, so an object of a
 * refused batch, or an expired one, has no row. Bytes that are still in a row are read from there.
 * All methods fail with PlatformFailure `overloaded` when the bucket fails (a transient fault), and `get` with
 * `original.damaged` for bytes that do not have their hash.
 */
export function bucketOriginals(
  bucket: R2Bucket,
  limiter: CallLimiter,
  ports: Pick<Ports, "reader" | "clock">,
): Originals {
  const rows = tableOriginals(ports, webGzip);
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await limiter(call);
    } catch (cause) {
      throw new Failed<PlatformFailure>(
        { code: "overloaded", what: "originals", retryAfterS: 1 },
        { cause },
      );
    }
  };
  const bytesOf = (key: string) =>
    asked(async () => {
      const object = await bucket.get(key);
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    });
  const once = { etagDoesNotMatch: "*" };

  /** One of the two objects exists at every moment. */
  async function move(from: string, to: string): Promise<void> {
    const bytes = await bytesOf(from);
    if (bytes !== null) await asked(() => bucket.put(to, bytes));
    await asked(() => bucket.delete(from));
  }

  async function namedAmong(company: number, hashes: readonly string[]): Promise<Set<unknown>> {
    const named = await ports.reader.rows({
      sql: `select o.sha256 from json_each(?2) k join originals o on o.company = ?1 and o.sha256 = k.value`,
      args: [company, JSON.stringify(hashes)],
    });
    return new Set(named.map((row) => row.sha256));
  }

  return {
    async store(company, { sha256, bytes }, guard, until) {
      await asked(() => bucket.put(keyOf(company, sha256), bytes, { onlyIf: once, sha256 }));
      const [size, at] = [bytes.byteLength, ports.clock.now()];
      return [originalRow({ company, sha256, packed: EMPTY, size, at, until }, guard)];
    },
    async get(company, sha256) {
      const key = keyOf(company, sha256);
      const bytes =
        (await bytesOf(key)) ??
        (await bytesOf(REMOVED + key)) ??
        (await rows.get(company, sha256)) ??
        // It may have been moved back since the first read.
        (await bytesOf(key));
      return bytes === null ? null : verified(sha256, bytes);
    },
    /**
     * A request may find the object, and name it just when it is removed. So it is first moved under REMOVED, where `get`
     * still finds it; a day later, when such a request has ended, it is deleted, or moved back if a row names it.
     */
    async removeUnnamed(company, after) {
      const moved = after.startsWith(REMOVED);
      const prefix = `${moved ? REMOVED : ""}${keyOf(company, "")}`;
      const page = await asked(() =>
        bucket.list({
          prefix,
          limit: SLICE.objects,
          ...(after === "" ? {} : { startAfter: after }),
        }),
      );
      const before = ports.clock.now() - DAY_MS;
      const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < before);
      const hashOf = (key: string) => key.slice(prefix.length);
      const named = await namedAmong(
        company,
        old.map(({ key }) => hashOf(key)),
      );
      let [gone, moves] = [0, 0];
      for (const { key } of old) {
        const hash = hashOf(key);
        if (moved && !named.has(hash)) {
          await asked(() => bucket.delete(key));
          gone += 1;
        } else if (moved !== named.has(hash)) continue;
        else {
          if (moves === SLICE.moves) return { gone, next: lastBefore(page.objects, key) };
          await move(key, moved ? keyOf(company, hash) : REMOVED + key);
          moves += 1;
        }
      }
      const last = page.objects.at(-1);
      if (page.truncated && last !== undefined) return { gone, next: last.key };
      return { gone, next: moved ? "" : REMOVED };
    },
  };
}

/** The key before one, so that the next slice begins with it. */
function lastBefore(objects: readonly R2Object[], key: string): string {
  const at = objects.findIndex((object) => object.key === key);
  return objects[at - 1]?.key ?? "";
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

/** The bytes of a stream; reading stops when there are more than `most`. */
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
  return joinedBytes(chunks);
}
