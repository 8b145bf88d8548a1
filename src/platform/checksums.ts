import { hex, sha256 } from "../lib/hash.ts";

/**
 * The checksums behind the content of a file: the SHA-256 of each block, 32 bytes each, and a trailer of 48 bytes: a magic
 * number, the size of the content (64 bits, big-endian), and the SHA-256 of the checksums and that size.
 */
export interface Checksums {
  /** Bytes of the whole file, checksums included, and of the content alone. */
  readonly stored: number;
  readonly size: number;
  /** Hexadecimal, in the order of the blocks. */
  readonly hashes: readonly string[];
}

/** Bytes of a block; the last one may have fewer. */
export const BLOCK = 1 << 20;
const HASH_BYTES = 32;
const FOOT_BYTES = 48;
const MARK = new TextEncoder().encode("SGEsums1");

/** Bytes of the checksums behind a content of `size` bytes. */
export const tailBytes = (size: number): number =>
  HASH_BYTES * Math.ceil(size / BLOCK) + FOOT_BYTES;

/** Bytes of the content of a file of `stored` bytes; of a file without checksums the result is only near. */
export function contentSize(stored: number): number {
  const rest = stored - FOOT_BYTES;
  return rest < 0 ? stored : rest - HASH_BYTES * Math.ceil(rest / (BLOCK + HASH_BYTES));
}

/**
 * The checksums in the last bytes of a file of `stored` bytes. Null where there are none; a number where so many bytes are
 * needed to read them all; `damaged` where they are not what was written.
 */
export async function readChecksums(
  tail: Uint8Array<ArrayBuffer>,
  stored: number,
): Promise<Checksums | "damaged" | number | null> {
  if (tail.byteLength < FOOT_BYTES) return null;
  const foot = tail.subarray(tail.byteLength - FOOT_BYTES);
  if (MARK.some((byte, i) => byte !== foot[i])) return null;
  const size = Number(new DataView(foot.buffer, foot.byteOffset).getBigUint64(MARK.byteLength));
  const behind = tailBytes(size);
  if (size + behind !== stored) return "damaged";
  if (behind > tail.byteLength) return behind;
  const all = tail.subarray(tail.byteLength - behind);
  if ((await sha256(summed(all))) !== hex(foot.subarray(FOOT_BYTES - HASH_BYTES))) return "damaged";
  const hashes: string[] = [];
  for (let at = 0; at < behind - FOOT_BYTES; at += HASH_BYTES)
    hashes.push(hex(all.subarray(at, at + HASH_BYTES)));
  return { stored, size, hashes };
}

/** What the last hash covers: everything before it. */
const summed = (tail: Uint8Array<ArrayBuffer>) =>
  tail.subarray(0, tail.byteLength - HASH_BYTES).slice();

/** Computes the checksums of a content as it passes; one block of it is in memory. */
export class Checksummer {
  #hashes: string[] = [];
  #size = 0;
  #block: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;

  /** The content with its checksums. */
  async whole(content: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    await this.#add(content);
    const behind = await this.#end();
    const all = new Uint8Array(content.byteLength + behind.byteLength);
    all.set(content);
    all.set(behind, content.byteLength);
    return all;
  }

  /** The same for a stream: it fails as its source does, and cancels it when it is cancelled. */
  through(content: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = content.getReader();
    const pull = async (out: ReadableStreamDefaultController<Uint8Array>) => {
      const { done, value } = await reader.read();
      if (!done) {
        await this.#add(value);
        return out.enqueue(value);
      }
      out.enqueue(await this.#end());
      out.close();
    };
    const source = { pull, cancel: (reason: unknown) => reader.cancel(reason) };
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  async #add(chunk: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < chunk.byteLength) {
      this.#block ??= new Uint8Array(BLOCK);
      const piece = chunk.subarray(taken, taken + BLOCK - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.byteLength;
      taken += piece.byteLength;
      if (this.#filled === BLOCK) await this.#close();
    }
    this.#size += chunk.byteLength;
  }

  async #close(): Promise<void> {
    if (this.#block === null || this.#filled === 0) return;
    this.#hashes.push(await sha256(this.#block.subarray(0, this.#filled)));
    this.#filled = 0;
  }

  async #end(): Promise<Uint8Array<ArrayBuffer>> {
    await this.#close();
    const behind = new Uint8Array(tailBytes(this.#size));
    this.#hashes.forEach((hash, i) => {
      behind.set(Uint8Array.fromHex(hash), i * HASH_BYTES);
    });
    const foot = this.#hashes.length * HASH_BYTES;
    behind.set(MARK, foot);
    new DataView(behind.buffer).setBigUint64(foot + MARK.byteLength, BigInt(this.#size));
    const last = Uint8Array.fromHex(await sha256(summed(behind)));
    behind.set(last, behind.byteLength - HASH_BYTES);
    return behind;
  }
}
