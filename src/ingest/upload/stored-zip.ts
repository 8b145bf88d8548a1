import { Reader } from "@zip.js/zip.js/lib/zip-core-custom.js";
import { Failed } from "../../lib/result.ts";
import type { BlobStore } from "../../ports/storage.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** zip.js reads small ranges; larger windows are fetched, because each request to a bucket is slow. */
const WINDOW_BYTES = 1 << 20;
/** Windows that are cached: the entry being read, the next, and the directory at the end. */
const WINDOWS = 3;

type Store = Pick<BlobStore, "get">;

/**
 * A file of the blob store as a Reader of zip.js: whole windows are fetched, and the last ones are cached. zip.js reports a
 * failed read as a corrupt entry; `throwStorageFault` throws the store's own error instead.
 */
export class StoredZip extends Reader<null> {
  #windows = new Map<number, Uint8Array<ArrayBuffer>>();
  #fault: { readonly error: unknown } | null = null;

  constructor(
    readonly blobs: Store,
    readonly key: string,
    size: number,
  ) {
    super(null);
    this.size = size;
  }

  /** Throws the first error of the store, if there was one. */
  throwStorageFault(): void {
    if (this.#fault !== null) throw this.#fault.error;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const end = Math.min(index + length, this.size);
    const bytes = new Uint8Array(Math.max(0, end - index));
    let at = index;
    while (at < end) {
      const number = Math.floor(at / WINDOW_BYTES);
      const window = await this.#window(number);
      const from = at - number * WINDOW_BYTES;
      const part = window.subarray(from, from + end - at);
      bytes.set(part, at - index);
      at += part.byteLength;
    }
    return bytes;
  }

  async #window(number: number): Promise<Uint8Array<ArrayBuffer>> {
    const cached = this.#windows.get(number);
    if (cached !== undefined) return cached;
    try {
      const window = await this.#fetchWindow(number * WINDOW_BYTES);
      const [oldest] = this.#windows.keys();
      if (this.#windows.size === WINDOWS && oldest !== undefined) this.#windows.delete(oldest);
      this.#windows.set(number, window);
      return window;
    } catch (error) {
      this.#fault ??= { error };
      throw error;
    }
  }

  async #fetchWindow(offset: number): Promise<Uint8Array<ArrayBuffer>> {
    const found = await this.blobs.get(this.key, { offset, length: WINDOW_BYTES });
    if (found === null) throw bytesMissing();
    const window = new Uint8Array(await new Response(found.body).arrayBuffer());
    if (window.byteLength !== Math.min(WINDOW_BYTES, this.size - offset)) throw bytesMissing();
    return window;
  }
}

/** Opens a file of the blob store. Fails with `batch.bytes_missing` when it does not exist. */
export async function openStoredZip(blobs: Store, key: string): Promise<StoredZip> {
  const found = await blobs.get(key, { offset: 0, length: 1 });
  if (found === null) throw bytesMissing();
  await found.body.cancel();
  return new StoredZip(blobs, key, found.size);
}

const bytesMissing = () => new Failed<IngestFailure>({ code: "batch.bytes_missing" });
