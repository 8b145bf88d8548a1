import { describe, expect, test } from "bun:test";
import { unpack, unpackEach } from "../../../src/ingest/upload/unpack.ts";
import { joinedBytes } from "../../../src/lib/bytes.ts";
import {
  A,
  a,
  b,
  CONTRADICTIONS,
  crc,
  junk,
  signed,
  sizesOf64,
  zeros,
} from "../../support/zips/contradictory-zips.ts";
import {
  extraField,
  littleEndian,
  type RawEnd,
  type RawEntry,
  rawZip,
} from "../../support/zips/raw-zip.ts";

const blob = (entries: readonly RawEntry[], end?: RawEnd) => ({
  name: null,
  blob: new Blob([rawZip(entries, end)]),
});

const unpacked = (entries: readonly RawEntry[], end?: RawEnd): Promise<unknown> =>
  unpack([blob(entries, end)]).then(
    (pieces) => pieces.map(({ kind, file }) => `${kind} ${file}`),
    (error) => error.failure ?? error,
  );

describe("a ZIP that contradicts itself", () => {
  for (const [title, [entries, end]] of Object.entries(CONTRADICTIONS))
    test(`${title} is batch.malformed_zip as a whole`, async () => {
      expect(await unpacked(entries, end)).toEqual({
        code: "batch.malformed_zip",
        why: expect.stringMatching(/\p{L}{3}/u),
      });
    });

  test("each is rejected alone when there are several files, also by mail", async () => {
    const good = blob([a, b]);
    for (const [entries, end] of Object.values(CONTRADICTIONS))
      for (const open of [unpack, unpackEach]) {
        const pieces = await open([good, { ...blob(entries, end), name: "ruim.zip" }]);
        expect(pieces.map(({ kind, file }) => `${kind} ${file}`)).toEqual([
          "document a.xml",
          "document b.xml",
          "rejected ruim.zip",
        ]);
      }
  });
});

describe("a ZIP without contradictions is read, whichever program wrote it", () => {
  const bare = littleEndian([4, crc(A)], [4, A.length], [4, A.length]);
  const wide = littleEndian([4, crc(A)], [8, A.length], [8, A.length]);
  const in64 = {
    inflated: 0xffffffff,
    compressed: 0xffffffff,
    extra: sizesOf64(A.length, A.length),
  };
  const streamed = (behind: Uint8Array): RawEntry => ({ ...a, flags: 8, local: zeros, behind });
  const READ: Record<string, readonly [readonly RawEntry[], RawEnd?]> = {
    plain: [[a, b]],
    "with a comment": [[a, b], { comment: junk }],
    "with a ZIP64 end record beside the old one": [[a, b], { zip64: {} }],
    "with what only the ZIP64 end record tells": [
      [a, b],
      { zip64: {}, entries: 0xffff, size: 0xffffffff, at: 0xffffffff },
    ],
    "with sizes in the ZIP64 field of the local header": [[{ ...a, local: in64 }, b]],
    "with a descriptor": [[streamed(bare), b]],
    "with a signed descriptor": [[streamed(joinedBytes([signed, bare])), b]],
    "with a descriptor of 8-byte sizes": [[streamed(wide), b]],
    "with a signed descriptor of 8-byte sizes": [[streamed(joinedBytes([signed, wide])), b]],
    "with a descriptor behind sizes that are known": [[{ ...a, flags: 8, behind: bare }, b]],
    "marked as a part of a split archive, and whole": [[{ ...a, before: signed }, b]],
    "with other extra fields in both headers": [
      [{ ...a, extra: extraField(0x5455, junk), local: { extra: extraField(0x5455, bare) } }, b],
    ],
    "with very long extra fields": [
      [{ ...a, local: { extra: extraField(0x9999, new Uint8Array(9_000)) } }, b],
    ],
  };
  for (const [title, [entries, end]] of Object.entries(READ))
    test(`${title}: both documents are listed`, async () => {
      expect(await unpacked(entries, end)).toEqual(["document a.xml", "document b.xml"]);
    });

  test("entries are listed in the order of the directory, not of the file", async () => {
    const first = rawZip([a]).length - 22 - 46 - 5;
    const second = rawZip([b]).length - 22 - 46 - 5;
    // Local entries a, b; the directory lists b first.
    const zip = rawZip([a, b]);
    const directory = zip.subarray(first + second, zip.length - 22);
    const swapped = joinedBytes([
      zip.subarray(0, first + second),
      directory.subarray(51),
      directory.subarray(0, 51),
      zip.subarray(zip.length - 22),
    ]);
    const pieces = await unpack([{ name: null, blob: new Blob([swapped]) }]);
    expect(pieces.map(({ file }) => file)).toEqual(["b.xml", "a.xml"]);
  });

  test("an archive without entries is read as empty", async () => {
    expect(await unpacked([])).toEqual([]);
  });
});

describe("names of entries", () => {
  const cp850 = Uint8Array.of(
    ...[0x44, 0x65, 0x76, 0x6f, 0x6c, 0x75, 0x87, 0xc6, 0x6f, 0x20, 0x53, 0xc6, 0x6f],
    ...new TextEncoder().encode(".xml"),
  );
  const nameOf = async (entry: RawEntry) => (await unpack([blob([entry])]))[0]?.file;

  test("a name without the UTF-8 flag that is not UTF-8 is code page 850, as Windows in Brazil writes it", async () => {
    expect(await nameOf({ ...a, name: cp850, utf8: false })).toBe("Devolução São.xml");
    const every = Uint8Array.from({ length: 127 }, (_, i) => 0x80 + i);
    const name = await nameOf({
      ...a,
      name: joinedBytes([every, new TextEncoder().encode(".xml")]),
      utf8: false,
    });
    expect(name?.slice(0, 33)).toBe("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒá");
    expect(name).toContain("ãÃ");
    expect(name).toContain("õÕ");
  });

  test("a name without the UTF-8 flag that is UTF-8 is read as UTF-8", async () => {
    expect(await nameOf({ ...a, name: "Devolução.xml", utf8: false })).toBe("Devolução.xml");
  });

  test("the Unicode field is used when its CRC matches the name, and is ignored when it does not", async () => {
    const field = (of: Uint8Array, name: string) =>
      extraField(
        0x7075,
        joinedBytes([
          Uint8Array.of(1),
          littleEndian([4, Bun.hash.crc32(of)]),
          new TextEncoder().encode(name),
        ]),
      );
    const entry = { ...a, name: cp850, utf8: false };
    expect(await nameOf({ ...entry, extra: field(cp850, "Nº 5 – São.xml") })).toBe(
      "Nº 5 – São.xml",
    );
    expect(await nameOf({ ...entry, extra: field(junk, "Outro.xml") })).toBe("Devolução São.xml");
  });
});
