import { expect, test } from "bun:test";
import type { BlobStore } from "../../src/ports.ts";

export interface OpenBlobs {
  readonly blobs: BlobStore;
  close(): Promise<void>;
}

/** Bytes that no text decoder gives back unchanged. */
const BYTES = new Uint8Array([0xef, 0xbb, 0xbf, 0xe7, 0x00, 0xff, 0x0d, 0x0a]);

/** Counts from 0 upward, in chunks of 1,000 bytes. */
const counting = (chunks: number) => {
  let made = 0;
  return new ReadableStream<Uint8Array>({
    pull(out) {
      if (made === chunks) return out.close();
      out.enqueue(new Uint8Array(1_000).fill(made % 251));
      made += 1;
    },
  });
};

const bytesOf = async (found: { body: ReadableStream<Uint8Array> } | null) =>
  found === null ? null : new Uint8Array(await new Response(found.body).arrayBuffer());

/** Ports.BlobStore, whoever implements it. */
export function blobsContract(name: string, open: () => Promise<OpenBlobs>): void {
  test(`${name}: gives back exactly the bytes that it was given, from an array and from a stream`, async () => {
    const { blobs, close } = await open();
    expect(await blobs.put("exports/1/a.csv", BYTES)).toEqual({ size: 8 });
    expect(await bytesOf(await blobs.get("exports/1/a.csv"))).toEqual(BYTES);
    expect(await blobs.put("b", counting(300))).toEqual({ size: 300_000 });
    const long = await bytesOf(await blobs.get("b"));
    expect([long?.length, long?.[999], long?.[1_000], long?.[299_999]]).toEqual([
      300_000,
      0,
      1,
      299 % 251,
    ]);
    expect(await blobs.put("empty", new Uint8Array())).toEqual({ size: 0 });
    expect(await bytesOf(await blobs.get("empty"))).toEqual(new Uint8Array());
    await close();
  });

  test(`${name}: gives a part, with the size of the whole`, async () => {
    const { blobs, close } = await open();
    await blobs.put("a", counting(3));
    const part = await blobs.get("a", { offset: 998, length: 4 });
    expect(part?.size).toBe(3_000);
    expect(await bytesOf(part)).toEqual(new Uint8Array([0, 0, 1, 1]));
    const end = await blobs.get("a", { offset: 2_999, length: 100 });
    expect(await bytesOf(end)).toEqual(new Uint8Array([2]));
    await close();
  });

  test(`${name}: an unknown key is null, and may be deleted`, async () => {
    const { blobs, close } = await open();
    expect(await blobs.get("none")).toBeNull();
    await blobs.delete("none");
    await blobs.put("a", BYTES);
    await blobs.delete("a");
    expect(await blobs.get("a")).toBeNull();
    await close();
  });

  test(`${name}: a stream that breaks, or is aborted, leaves what was there before`, async () => {
    const { blobs, close } = await open();
    await blobs.put("a", BYTES);
    let cancelled = false;
    const broken = (fault: Error) => {
      let pulled = 0;
      return new ReadableStream<Uint8Array>({
        pull(out) {
          pulled += 1;
          if (pulled > 3) return out.error(fault);
          out.enqueue(new Uint8Array(1_000));
        },
        cancel() {
          cancelled = true;
        },
      });
    };
    const fault = new Error("cut off");
    expect(await blobs.put("a", broken(fault)).catch((error) => error)).toBe(fault);
    expect(await blobs.put("new", broken(fault)).catch((error) => error)).toBe(fault);
    const left = blobs.put("a", broken(fault), AbortSignal.abort("gone"));
    expect(await left.catch((reason) => reason)).toBe("gone");
    expect(cancelled).toBe(true);
    expect(await bytesOf(await blobs.get("a"))).toEqual(BYTES);
    expect(await blobs.get("new")).toBeNull();
    expect((await blobs.list("")).map(({ key }) => key)).toEqual(["a"]);
    await close();
  });

  test(`${name}: a key that is put again has the new bytes`, async () => {
    const { blobs, close } = await open();
    await blobs.put("a", counting(2));
    await blobs.put("a", BYTES);
    expect(await bytesOf(await blobs.get("a"))).toEqual(BYTES);
    await close();
  });

  test(`${name}: lists what begins with a prefix, by key, from where one stopped`, async () => {
    const { blobs, close } = await open();
    for (const key of ["exports/2/b", "exports/1/c.csv", "exports/1/a.csv", "other"])
      await blobs.put(key, BYTES);
    const listed = await blobs.list("exports/");
    expect(listed.map(({ key, size }) => [key, size])).toEqual([
      ["exports/1/a.csv", 8],
      ["exports/1/c.csv", 8],
      ["exports/2/b", 8],
    ]);
    for (const { at } of listed) expect(at).toBeGreaterThan(1_700_000_000_000);
    const rest = await blobs.list("exports/", "exports/1/a.csv");
    expect(rest.map(({ key }) => key)).toEqual(["exports/1/c.csv", "exports/2/b"]);
    await close();
  });
}
