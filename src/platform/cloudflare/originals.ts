import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Originals } from "../../ports/storage.ts";
import type { CallLimiter } from "../../resilience/policies.ts";
import { type Gzip, originalRow, tableOriginals, verified } from "../libsql/table-originals.ts";

const keyOf = (company: number, sha256: string): string => `originals/${company}/${sha256}`;
/** Where what nobody names lies for a day more. */
const REMOVED = "removed/";

const DAY_MS = 86_400_000;
/** What one slice of a sweep looks at, and of that takes away at most. */
const SLICE = { objects: 1_000, moves: 200 };
const EMPTY = new Uint8Array(0);

/**
 * Original bytes as objects of R2, which checks their SHA-256 as it takes them. They are there before `keep` resolves; the
 * batch that names them writes a row without bytes, with the same guard and day as where the row has them, so that what a
 * batch refused, or whose day has come, is known to have no name. Bytes that were rows before are read there.
 * All fail with PlatformFailure `overloaded`: whatever a bucket does not do is weather. `get` fails with `original.damaged`
 * for bytes that are not those of the name.
 */
export function bucketOriginals(
  bucket: R2Bucket,
  way: CallLimiter,
  ports: Pick<Ports, "reader" | "clock">,
): Originals {
  const rows = tableOriginals(ports, webGzip);
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
  const bytesOf = (key: string) =>
    asked(async () => {
      const object = await bucket.get(key);
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    });
  const once = { etagDoesNotMatch: "*" };

  /** One of the two is always there. */
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
    async store(company, sha256, bytes, guard, until) {
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
        // It may have come back while the others were asked.
        (await bytesOf(key));
      return bytes === null ? null : verified(sha256, bytes);
    },
    /**
     * A request may find the bytes there, keep them, and name them just when they go. So they are put aside first, where
     * `get` still finds them; a day later, when whoever was about to name them has, they go for good or come back.
     */
    async removeUnnamed(company, after) {
      const aside = after.startsWith(REMOVED);
      const prefix = `${aside ? REMOVED : ""}${keyOf(company, "")}`;
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
        if (aside && !named.has(hash)) {
          await asked(() => bucket.delete(key));
          gone += 1;
        } else if (aside !== named.has(hash)) continue;
        else {
          if (moves === SLICE.moves) return { gone, next: lastBefore(page.objects, key) };
          await move(key, aside ? keyOf(company, hash) : REMOVED + key);
          moves += 1;
        }
      }
      const last = page.objects.at(-1);
      if (page.truncated && last !== undefined) return { gone, next: last.key };
      return { gone, next: aside ? "" : REMOVED };
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
