import { Reader } from "@zip.js/zip.js/lib/zip-core-custom.js";
import { Failed } from "../../lib/result.ts";
import type { BlobStore } from "../../ports/storage.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** A ZIP is read a little at a time, here and there; each request to a bucket is dear. */
const WINDOW_BYTES = 1 << 20;
/** The entries one after another, and the directory at the end. */
const WINDOWS = 3;

type Store = Pick<BlobStore, "get">;

/**
 * A file of the blob store as zip.js reads it: whole windows are fetched, and the last few are kept. What zip.js makes of a
 * fault of the store is a corrupt entry: `mustBeSound` tells the two apart.
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

  /** Throws what the store has failed with, if it has. */
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
    const known = this.#windows.get(number);
    if (known !== undefined) return known;
    try {
      const window = await this.#fetched(number * WINDOW_BYTES);
      const [oldest] = this.#windows.keys();
      if (this.#windows.size === WINDOWS && oldest !== undefined) this.#windows.delete(oldest);
      this.#windows.set(number, window);
      return window;
    } catch (error) {
      this.#fault ??= { error };
      throw error;
    }
  }

  async #fetched(offset: number): Promise<Uint8Array<ArrayBuffer>> {
    const found = await this.blobs.get(this.key, { offset, length: WINDOW_BYTES });
    if (found === null) throw vanished();
    const window = new Uint8Array(await new Response(found.body).arrayBuffer());
    if (window.byteLength !== Math.min(WINDOW_BYTES, this.size - offset)) throw vanished();
    return window;
  }
}

/** Fails with `batch.bytes_missing` where there is no such file. */
export async function openStoredZip(blobs: Store, key: string): Promise<StoredZip> {
  const found = await blobs.get(key, { offset: 0, length: 1 });
  if (found === null) throw vanished();
  await found.body.cancel();
  return new StoredZip(blobs, key, found.size);
}

const vanished = () => new Failed<IngestFailure>({ code: "batch.bytes_missing" });
