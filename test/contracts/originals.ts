import { expect, test } from "bun:test";
import { sha256 } from "../../src/lib/hash.ts";
import type { Guard, Originals, Writer } from "../../src/ports.ts";

export interface OpenOriginals {
  readonly originals: Originals;
  readonly writer: Writer;
  /** Companies 1 and 2 exist. */
  close(): Promise<void>;
}

export const always: Guard = { sql: "select 1", args: [] };

/** Bytes that no text decoder gives back unchanged. */
export const latin = new Uint8Array([0xef, 0xbb, 0xbf, 0xe7, 0xe3, 0x00, 0xff, 0x0d, 0x0a]);

/** Ports.Originals, whoever implements it. */
export function originalsContract(name: string, open: () => Promise<OpenOriginals>): void {
  const kept = async (world: OpenOriginals, bytes: Uint8Array<ArrayBuffer>, company = 1) => {
    const sha = await sha256(bytes);
    const statements = await world.originals.keep(company, sha, bytes, always);
    await world.writer.commit({ statements, mine: () => null });
    return sha;
  };

  test(`${name}: gives back exactly the bytes that it was given, small and large`, async () => {
    const world = await open();
    const large = new Uint8Array(300_000).map((_, i) => (i * i) % 251);
    for (const bytes of [latin, new Uint8Array(), large]) {
      const sha = await kept(world, bytes);
      expect(await world.originals.get(1, sha)).toEqual(bytes);
    }
    await world.close();
  });

  test(`${name}: the part of a larger buffer is kept as that part`, async () => {
    const world = await open();
    const part = new Uint8Array([1, 2, ...latin, 3]).subarray(2, 2 + latin.length);
    expect(await world.originals.get(1, await kept(world, part))).toEqual(latin);
    await world.close();
  });

  test(`${name}: the same bytes kept twice are one original`, async () => {
    const world = await open();
    const [first, second] = [await kept(world, latin), await kept(world, latin)];
    expect(second).toBe(first);
    expect(await world.originals.get(1, first)).toEqual(latin);
    await world.close();
  });

  test(`${name}: one company does not see what another keeps, and unknown bytes are null`, async () => {
    const world = await open();
    const sha = await kept(world, latin, 2);
    expect(await world.originals.get(1, sha)).toBeNull();
    expect(await world.originals.get(2, sha)).toEqual(latin);
    expect(await world.originals.get(1, "0".repeat(64))).toBeNull();
    await world.close();
  });
}
