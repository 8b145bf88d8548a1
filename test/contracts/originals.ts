import { sha256 } from "../../src/lib/hash.ts";
import type { Guard, Writer } from "../../src/ports/sql.ts";
import type { Originals } from "../../src/ports/storage.ts";
import { type Contract, like, rejection, same } from "./claims.ts";

export interface OpenOriginals {
  readonly originals: Originals;
  readonly writer: Writer;
  /** Puts other bytes of the same size in the place of what is kept for company 1. */
  spoil(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Companies 1 and 2 exist. */
  close(): Promise<void>;
}

/** Damages an original of a store whose originals are rows. */
export const spoilRow =
  ({ writer }: Pick<OpenOriginals, "writer">): OpenOriginals["spoil"] =>
  async (sha256, bytes) => {
    const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    const gzip = new Uint8Array(await new Response(packed).arrayBuffer());
    const sql = "update originals set gzip = ?2 where company = 1 and sha256 = ?1";
    await writer.commit({ statements: [{ sql, args: [sha256, gzip] }], read: () => null });
  };

export const always: Guard = { sql: "select 1", args: [] };

/** Bytes that no text decoder gives back unchanged. */
export const latin = new Uint8Array([0xef, 0xbb, 0xbf, 0xe7, 0xe3, 0x00, 0xff, 0x0d, 0x0a]);

const kept = async (world: OpenOriginals, bytes: Uint8Array<ArrayBuffer>, company = 1) => {
  const sha = await sha256(bytes);
  const statements = await world.originals.store(company, { sha256: sha, bytes }, always);
  await world.writer.commit({ statements, read: () => null });
  return sha;
};

/** Ports.Originals, for every implementation. */
export const originalsContract: Contract<() => Promise<OpenOriginals>> = [
  {
    name: "gives back exactly the bytes that it was given, small and large",
    async run(open) {
      const world = await open();
      const large = new Uint8Array(300_000).map((_, i) => (i * i) % 251);
      for (const bytes of [latin, new Uint8Array(), large]) {
        const sha = await kept(world, bytes);
        same(await world.originals.get(1, sha), bytes);
      }
      await world.close();
    },
  },
  {
    name: "a part of a larger buffer is stored as that part",
    async run(open) {
      const world = await open();
      const part = new Uint8Array([1, 2, ...latin, 3]).subarray(2, 2 + latin.length);
      same(await world.originals.get(1, await kept(world, part)), latin);
      await world.close();
    },
  },
  {
    name: "the same bytes stored twice are one original",
    async run(open) {
      const world = await open();
      const [first, second] = [await kept(world, latin), await kept(world, latin)];
      same(second, first);
      same(await world.originals.get(1, first), latin);
      await world.close();
    },
  },
  {
    name: "a company does not see the originals of another one, and unknown bytes are null",
    async run(open) {
      const world = await open();
      const own = new Uint8Array([...latin, 7]);
      const sha = await kept(world, own, 2);
      same(await world.originals.get(1, sha), null);
      same(await world.originals.get(2, sha), own);
      same(await world.originals.get(1, "0".repeat(64)), null);
      await world.close();
    },
  },
  {
    name: "bytes without their hash are never returned, and fail with a code of their own",
    async run(open) {
      const world = await open();
      const sha = await kept(world, latin);
      const other = latin.slice();
      other[0] = 0;
      await world.spoil(sha, other);
      const refused = await rejection(world.originals.get(1, sha));
      like(refused, { failure: { code: "original.damaged", sha256: sha } });
      await world.spoil(sha, latin);
      same(await world.originals.get(1, sha), latin);
      await world.close();
    },
  },
];
