import { joinedBytes } from "../../../src/lib/bytes.ts";
import { extraField, littleEndian, type RawEnd, type RawEntry, rawZip } from "./raw-zip.ts";

export const A = "<a>primeira</a>";
const B = `<b>${"segunda ".repeat(40)}</b>`;
export const a: RawEntry = { name: "a.xml", bytes: A, stored: true };
export const b: RawEntry = { name: "b.xml", bytes: B };
export const crc = (text: string) => Bun.hash.crc32(new TextEncoder().encode(text));
const packedSize = Bun.deflateSync(new TextEncoder().encode(B)).length;
export const junk = new TextEncoder().encode("<oculta/>");
export const zeros = { crc: 0, compressed: 0, inflated: 0 };
export const signed = littleEndian([4, 0x08074b50]);
export const sizesOf64 = (inflated: number, compressed: number) =>
  extraField(1, littleEndian([8, inflated], [8, compressed]));
const unicodeName = (raw: string, name: string) =>
  extraField(
    0x7075,
    joinedBytes([Uint8Array.of(1), littleEndian([4, crc(raw)]), new TextEncoder().encode(name)]),
  );
const nested = rawZip([a]);

/** Everything that a ZIP says twice, said otherwise the second time. */
export const CONTRADICTIONS: Record<string, readonly [readonly RawEntry[], RawEnd?]> = {
  "an end record that counts fewer entries than the directory has": [[a, b], { entries: 1 }],
  "an end record that counts none": [[a, b], { entries: 0 }],
  "an end record that counts more": [[a, b], { entries: 3 }],
  "an end record with another count for this disk": [[a, b], { entriesHere: 1 }],
  "a directory that is longer than the end record says": [[a, b], { entries: 1, size: 46 + 5 }],
  "a directory that is shorter than the end record says": [[a, b], { size: 46 + 5 + 46 + 6 }],
  "a directory elsewhere than the end record says": [[a, b], { at: 1 }],
  "bytes between the directory and the end record": [[a, b], { between: junk }],
  "bytes after the end record": [[a, b], { after: junk }],
  "a comment that holds a second end record": [[a, b], { comment: rawZip([]) }],
  "a comment that is a second archive": [[a, b], { comment: nested }],
  "a ZIP64 end record with another count": [[a, b], { zip64: { entries: 1 } }],
  "a ZIP64 end record with another size": [[a, b], { zip64: { size: 51 } }],
  "a ZIP64 end record with another place of the directory": [[a, b], { zip64: { at: 7 } }],
  "a ZIP64 locator that points elsewhere": [[a, b], { zip64: { recordAt: 3 } }],
  "a count that only a ZIP64 record could give, without one": [[a, b], { entries: 0xffff }],
  "another name in the local header": [[{ ...a, local: { name: "c.xml" } }, b]],
  "a longer name in the local header": [[{ ...a, local: { name: "a.xml.xml" } }, b]],
  "another method in the local header": [[{ ...a, local: { method: 8 } }, b]],
  "an entry that is encrypted in the local header alone": [[{ ...a, local: { flags: 0x801 } }, b]],
  "another CRC in the local header": [[{ ...a, local: { crc: 1 } }, b]],
  "another size in the local header": [[{ ...a, local: { inflated: 3 } }, b]],
  "another compressed size in the local header": [[{ ...a, local: { compressed: 3 } }, b]],
  "sizes of 0 in the local header without a descriptor": [[{ ...a, local: zeros }, b]],
  "another size in the ZIP64 field of the local header": [
    [
      {
        ...a,
        local: { inflated: 0xffffffff, compressed: 0xffffffff, extra: sizesOf64(3, A.length) },
      },
      b,
    ],
  ],
  "two ZIP64 fields": [
    [{ ...a, extra: joinedBytes([sizesOf64(1, 1), sizesOf64(A.length, A.length)]) }, b],
  ],
  "two names for Unicode": [
    [
      { ...a, extra: joinedBytes([unicodeName("a.xml", "x.xml"), unicodeName("a.xml", "y.xml")]) },
      b,
    ],
  ],
  "another name for Unicode in the local header": [
    [
      {
        ...a,
        extra: unicodeName("a.xml", "á.xml"),
        local: { extra: unicodeName("a.xml", "é.xml") },
      },
      b,
    ],
  ],
  "a descriptor with another CRC": [
    [
      {
        ...a,
        flags: 8,
        local: zeros,
        behind: littleEndian([4, 1], [4, A.length], [4, A.length]),
      },
      b,
    ],
  ],
  "a descriptor with another size": [
    [
      {
        ...a,
        flags: 8,
        local: zeros,
        behind: joinedBytes([signed, littleEndian([4, crc(A)], [4, A.length], [4, 3])]),
      },
      b,
    ],
  ],
  "a descriptor with another signature": [
    [
      {
        ...a,
        flags: 8,
        local: zeros,
        behind: littleEndian([4, 0x08074b51], [4, crc(A)], [4, A.length], [4, A.length]),
      },
      b,
    ],
  ],
  "a descriptor that is missing": [[{ ...a, flags: 8, local: zeros }, b]],
  "an entry before the first that the directory lists": [
    [{ ...a, before: nested.subarray(0, 50) }, b],
  ],
  "an entry that the directory does not list": [[a, { ...b, before: nested.subarray(0, 50) }]],
  "bytes between two entries": [[a, { ...b, before: junk }]],
  "bytes between the last entry and the directory": [[a, { ...b, behind: junk }]],
  "two entries that share their bytes": [[a, { ...a, name: "a.xml", at: 0 }]],
  "an entry in the bytes of another": [
    [
      { name: "fora.xml", bytes: nested.subarray(0, 35 + A.length), stored: true },
      { ...a, at: 30 + 8 },
    ],
  ],
  "an entry that reaches into the next": [
    [
      { ...a, local: { name: "a.xml", extra: new Uint8Array(packedSize) } },
      { ...b, at: 50 },
    ],
  ],
};
