import { checkedBlobs } from "../../src/platform/checked-blobs.ts";
import type { BlobStore } from "../../src/ports/storage.ts";
import { type Contract, claim, like, rejection, same } from "./claims.ts";

export interface OpenChecked {
  readonly blobs: BlobStore;
  /** The same store without checks, through which a test changes its files. */
  readonly bare: BlobStore;
  close(): Promise<void>;
}

const MIB = 1 << 20;
const bytesOf = async (found: { body: ReadableStream<Uint8Array> } | null) =>
  new Uint8Array(await new Response(found?.body ?? null).arrayBuffer());
const content = (size: number) => new Uint8Array(size).map((_, i) => (i * 7 + (i >> 9)) % 251);

/** What the checks add to Ports.BlobStore, for every store. */
export const checkedBlobsContract: Contract<() => Promise<OpenChecked>> = [
  {
    name: "every range of a file of several blocks is what was written",
    async run(open) {
      const { blobs, close } = await open();
      const whole = content(2 * MIB + 12_345);
      same(await blobs.put("a", new Blob([whole]).stream()), { size: whole.byteLength });
      same(await bytesOf(await blobs.get("a")), whole);
      for (const [offset, length] of [
        [0, 1],
        [MIB - 1, 2],
        [MIB, MIB],
        [MIB + 5, MIB + 100],
        [whole.byteLength - 1, 50],
      ] as const) {
        const part = await blobs.get("a", { offset, length });
        same(part?.size, whole.byteLength);
        same(await bytesOf(part), whole.slice(offset, offset + length));
      }
      same(await blobs.put("b", content(MIB)), { size: MIB });
      same(await bytesOf(await blobs.get("b")), content(MIB));
      await close();
    },
  },
  {
    name: "a changed block is never returned, and the blocks before it are",
    async run(open) {
      const { bare, close } = await open();
      const whole = content(MIB + 1_000);
      await checkedBlobs(bare).put("a", whole);
      const stored = await bytesOf(await bare.get("a"));
      const damaged = async (at: number, range?: { offset: number; length: number }) => {
        const other = stored.slice();
        other[at] = (other[at] ?? 0) ^ 1;
        await bare.put("a", other);
        const found = checkedBlobs(bare).get("a", range);
        return rejection(found.then(bytesOf));
      };
      const DAMAGED = { failure: { code: "file.damaged" } };
      // In the first block, in the sums, in the foot.
      for (const at of [0, MIB - 1, stored.length - 100, stored.length - 40, stored.length - 1])
        like(await damaged(at), DAMAGED);
      like(await damaged(MIB + 7, { offset: MIB + 500, length: 1 }), DAMAGED);
      // The second is met in the stream, when the first was given out.
      like(await damaged(MIB + 7), DAMAGED);
      const first = await checkedBlobs(bare).get("a", { offset: 0, length: 10 });
      same(await bytesOf(first), whole.slice(0, 10));
      await close();
    },
  },
  {
    name: "a cut or exchanged file is refused; one without checksums is returned as it is",
    async run(open) {
      const { blobs, bare, close } = await open();
      await blobs.put("a", content(3_000));
      const stored = await bytesOf(await bare.get("a"));
      await bare.put("b", stored.slice(1));
      like(await rejection(checkedBlobs(bare).get("b")), { failure: { code: "file.damaged" } });
      await bare.put("old", content(100));
      same(await bytesOf(await blobs.get("old")), content(100));
      same((await blobs.get("old"))?.size, 100);
      same(
        (await blobs.list("a")).map(({ size }) => size),
        [3_000],
      );
      claim(stored.byteLength > 3_000, "no sums");
      await close();
    },
  },
];
