import { sha256 } from "../../src/lib/hash.ts";
import type { Writer } from "../../src/ports/sql.ts";
import type { Originals } from "../../src/ports/storage.ts";
import { type Contract, claim, same } from "./claims.ts";
import { always, latin } from "./originals.ts";

export interface OpenBucket {
  /** Of a bucket: they have `removeUnnamed`. Nothing is in it, and no row names anything. */
  readonly originals: Originals;
  readonly writer: Writer;
  /** Lets time go by, for the store's clock and not for the bucket's. */
  later(ms: number): void;
  close(): Promise<void>;
}

const DAY = 86_400_000;

/** Puts the bytes there; `named`: with the row of the batch that names them. */
async function kept({ originals, writer }: OpenBucket, named: boolean): Promise<string> {
  const sha = await sha256(latin);
  const statements = await originals.store(1, { sha256: sha, bytes: latin }, always);
  if (named) await writer.commit({ statements, read: () => null });
  return sha;
}

/** One slice of the objects, and one of what was put aside; gives how many have gone. */
async function removed({ originals }: OpenBucket): Promise<number> {
  claim(originals.removeUnnamed !== undefined, "a bucket removes unnamed objects");
  const first = await originals.removeUnnamed(1, "");
  claim(first.next !== "", "what was put aside comes next");
  const second = await originals.removeUnnamed(1, first.next);
  same(second.next, "");
  return first.gone + second.gone;
}

/** Originals in a bucket, beside originals.ts: what becomes of objects that no row names. */
export const unnamedOriginalsContract: Contract<() => Promise<OpenBucket>> = [
  {
    name: "an object that no row names stays for a day, and is then removed",
    async run(open) {
      const world = await open();
      const sha = await kept(world, false);
      same(await removed(world), 0);
      same(await world.originals.get(1, sha), latin);
      world.later(DAY + 60_000);
      same(await removed(world), 1);
      same(await world.originals.get(1, sha), null);
      await world.close();
    },
  },
  {
    name: "an object that a row names stays, however old",
    async run(open) {
      const world = await open();
      const sha = await kept(world, true);
      world.later(1_000 * DAY);
      same(await removed(world), 0);
      same(await world.originals.get(1, sha), latin);
      await world.close();
    },
  },
  {
    name: "a moved object is found, and is moved back when a row names it",
    async run(open) {
      const world = await open();
      const { originals, writer } = world;
      claim(originals.removeUnnamed !== undefined, "a bucket removes unnamed objects");
      const sha = await sha256(latin);
      // Kept by a request that has yet to commit, while no row names it.
      const statements = await originals.store(1, { sha256: sha, bytes: latin }, always);
      world.later(DAY + 60_000);
      const { gone, next } = await originals.removeUnnamed(1, "");
      same(gone, 0);
      same(await originals.get(1, sha), latin);
      await writer.commit({ statements, read: () => null });
      same(await originals.removeUnnamed(1, next), { gone: 0, next: "" });
      same(await removed(world), 0);
      same(await originals.get(1, sha), latin);
      await world.close();
    },
  },
  {
    name: "an object is removed after its row has expired",
    async run(open) {
      const world = await open();
      const sha = await kept(world, true);
      const forget = { sql: "delete from originals where sha256 = ?1", args: [sha] };
      await world.writer.commit({ statements: [forget], read: () => null });
      world.later(DAY + 60_000);
      same(await removed(world), 1);
      same(await world.originals.get(1, sha), null);
      await world.close();
    },
  },
  {
    name: "the later of two expiries counts, and a row without one never expires",
    async run(open) {
      const world = await open();
      const { originals, writer } = world;
      const sha = await sha256(latin);
      const days = async (until: number | undefined) => {
        const statements = await originals.store(1, { sha256: sha, bytes: latin }, always, until);
        const asked = { sql: "select expires_at from originals where sha256 = ?1", args: [sha] };
        return writer.commit({
          statements: [...statements, asked],
          read: (rows) => rows.at(-1)?.[0]?.expires_at,
        });
      };
      same(await days(2_000), 2_000);
      same(await days(1_000), 2_000);
      same(await days(undefined), null);
      same(await days(3_000), null);
      await world.close();
    },
  },
];
