import type { BlobStore } from "../../src/ports/storage.ts";
import { type Contract, claim, rejection, same } from "./claims.ts";

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

/** Ports.BlobStore, for every implementation. */
export const blobsContract: Contract<() => Promise<OpenBlobs>> = [
  {
    name: "gives back exactly the bytes that it was given, from an array and from a stream",
    async run(open) {
      const { blobs, close } = await open();
      same(await blobs.put("exports/1/a.csv", BYTES), { size: 8 });
      same(await bytesOf(await blobs.get("exports/1/a.csv")), BYTES);
      same(await blobs.put("b", counting(300)), { size: 300_000 });
      const long = await bytesOf(await blobs.get("b"));
      same([long?.length, long?.[999], long?.[1_000], long?.[299_999]], [300_000, 0, 1, 299 % 251]);
      same(await blobs.put("empty", new Uint8Array()), { size: 0 });
      same(await bytesOf(await blobs.get("empty")), new Uint8Array());
      await close();
    },
  },
  {
    name: "gives a range, with the size of the whole file",
    async run(open) {
      const { blobs, close } = await open();
      await blobs.put("a", counting(3));
      const part = await blobs.get("a", { offset: 998, length: 4 });
      same(part?.size, 3_000);
      same(await bytesOf(part), new Uint8Array([0, 0, 1, 1]));
      const end = await blobs.get("a", { offset: 2_999, length: 100 });
      same(await bytesOf(end), new Uint8Array([2]));
      await close();
    },
  },
  {
    name: "an unknown key is null, and may be deleted",
    async run(open) {
      const { blobs, close } = await open();
      same(await blobs.get("none"), null);
      await blobs.delete("none");
      await blobs.put("a", BYTES);
      await blobs.delete("a");
      same(await blobs.get("a"), null);
      await close();
    },
  },
  {
    name: "a stream that breaks, or is aborted, leaves what was there before",
    async run(open) {
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
      same(await rejection(blobs.put("a", broken(fault))), fault);
      same(await rejection(blobs.put("new", broken(fault))), fault);
      const left = blobs.put("a", broken(fault), AbortSignal.abort("gone"));
      same(await rejection(left), "gone");
      same(cancelled, true);
      same(await bytesOf(await blobs.get("a")), BYTES);
      same(await blobs.get("new"), null);
      same(
        (await blobs.list("")).map(({ key }) => key),
        ["a"],
      );
      await close();
    },
  },
  {
    name: "a key that is put again has the new bytes",
    async run(open) {
      const { blobs, close } = await open();
      await blobs.put("a", counting(2));
      await blobs.put("a", BYTES);
      same(await bytesOf(await blobs.get("a")), BYTES);
      await close();
    },
  },
  {
    name: "lists what begins with a prefix, by key, from where one stopped",
    async run(open) {
      const { blobs, close } = await open();
      for (const key of ["exports/2/b", "exports/1/c.csv", "exports/1/a.csv", "other"])
        await blobs.put(key, BYTES);
      const listed = await blobs.list("exports/");
      same(
        listed.map(({ key, size }) => [key, size]),
        [
          ["exports/1/a.csv", 8],
          ["exports/1/c.csv", 8],
          ["exports/2/b", 8],
        ],
      );
      for (const { at } of listed) claim(at > 1_700_000_000_000, `put at ${at}`);
      const rest = await blobs.list("exports/", "exports/1/a.csv");
      same(
        rest.map(({ key }) => key),
        ["exports/1/c.csv", "exports/2/b"],
      );
      await close();
    },
  },
];
