import { deflateRawSync } from "node:zlib";
import { joinedBytes } from "../../../src/lib/bytes.ts";

/** What a header says of an entry, where it does not say the truth. */
export interface HeaderFields {
  readonly name?: string | Uint8Array;
  /** General purpose bits beside UTF-8 names; 1: encrypted. */
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly compressed?: number;
  readonly inflated?: number;
  readonly extra?: Uint8Array;
}

/** One entry, written as given: its declared sizes need not be true. */
export interface RawEntry {
  readonly name: string | Uint8Array;
  readonly bytes?: Uint8Array | string;
  /** Stored, not deflated. */
  readonly stored?: boolean;
  /** Uncompressed size that the directories declare; default: the truth. */
  readonly declares?: number;
  readonly crc?: number;
  readonly flags?: number;
  /** Compression method that the directories declare. */
  readonly method?: number;
  /** Whether the name is marked as UTF-8; default: yes. */
  readonly utf8?: boolean;
  readonly extra?: Uint8Array;
  /** What the local header says otherwise than the directory. */
  readonly local?: HeaderFields;
  /** Bytes in front of the local header, and behind the data. */
  readonly before?: Uint8Array;
  readonly behind?: Uint8Array;
  /** Where the directory says that the entry begins; default: the truth. */
  readonly at?: number;
}

/** What the end of the archive says, where it does not say the truth. */
export interface RawEnd {
  readonly entries?: number;
  readonly entriesHere?: number;
  readonly size?: number;
  readonly at?: number;
  readonly comment?: Uint8Array;
  readonly after?: Uint8Array;
  /** Bytes between the directory and the end record. */
  readonly between?: Uint8Array;
  /** A ZIP64 end record and its locator, with what they say otherwise. */
  readonly zip64?: { entries?: number; size?: number; at?: number; recordAt?: number };
}

const UTF8_NAME = 0x0800;
const encoder = new TextEncoder();
const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === "string" ? encoder.encode(text) : text;

/** Numbers of 2, 4 or 8 bytes, little endian, one after another. */
export function littleEndian(...fields: readonly (readonly [2 | 4 | 8, number])[]): Uint8Array {
  return joinedBytes(
    fields.map(([size, value]) => {
      const view = new DataView(new ArrayBuffer(size));
      if (size === 2) view.setUint16(0, value, true);
      else if (size === 4) view.setUint32(0, value, true);
      else view.setBigUint64(0, BigInt(value), true);
      return new Uint8Array(view.buffer);
    }),
  );
}

/** An extra field. */
export const extraField = (id: number, data: Uint8Array): Uint8Array =>
  joinedBytes([littleEndian([2, id], [2, data.length]), data]);

/** The fields that a local header and the directory have in common, from the version needed on. */
function header(name: Uint8Array, said: Required<Omit<HeaderFields, "name">>): Uint8Array {
  return littleEndian(
    [2, 20],
    [2, said.flags],
    [2, said.method],
    [2, 0],
    [2, 0x5d6a],
    [4, said.crc],
    [4, said.compressed],
    [4, said.inflated],
    [2, name.length],
    [2, said.extra.length],
  );
}

/** A ZIP of these entries, byte by byte, for what no honest writer makes. */
export function rawZip(entries: readonly RawEntry[], end: RawEnd = {}): Uint8Array<ArrayBuffer> {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = bytesOf(entry.bytes ?? "");
    const stored = entry.stored ?? content.length === 0;
    const data = stored ? content : deflateRawSync(content);
    const said = {
      flags: (entry.utf8 === false ? 0 : UTF8_NAME) | (entry.flags ?? 0),
      method: entry.method ?? (stored ? 0 : 8),
      crc: entry.crc ?? Bun.hash.crc32(content),
      compressed: data.length,
      inflated: entry.declares ?? content.length,
      extra: entry.extra ?? new Uint8Array(),
    };
    const name = bytesOf(entry.name);
    const { name: otherName = name, ...others } = entry.local ?? {};
    const here = { ...said, ...others };
    const parts = [
      entry.before ?? new Uint8Array(),
      encoder.encode("PK\u0003\u0004"),
      header(bytesOf(otherName), here),
      bytesOf(otherName),
      here.extra,
      data,
      entry.behind ?? new Uint8Array(),
    ];
    const at = entry.at ?? offset + (entry.before?.length ?? 0);
    central.push(
      encoder.encode("PK\u0001\u0002"),
      littleEndian([2, 20]),
      header(name, said),
      littleEndian([2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
      name,
      said.extra,
    );
    local.push(...parts);
    offset += lengthOf(parts);
  }
  return joinedBytes([
    ...local,
    ...central,
    ending(entries.length, offset, lengthOf(central), end),
  ]);
}

function ending(entries: number, at: number, size: number, end: RawEnd): Uint8Array {
  const comment = end.comment ?? new Uint8Array();
  const between = end.between ?? new Uint8Array();
  const recordAt = at + size + between.length;
  const { zip64 } = end;
  return joinedBytes([
    between,
    ...(zip64 === undefined
      ? []
      : [
          encoder.encode("PK\u0006\u0006"),
          littleEndian([8, 44], [2, 45], [2, 45], [4, 0], [4, 0]),
          littleEndian([8, zip64.entries ?? entries], [8, zip64.entries ?? entries]),
          littleEndian([8, zip64.size ?? size], [8, zip64.at ?? at]),
          encoder.encode("PK\u0006\u0007"),
          littleEndian([4, 0], [8, zip64.recordAt ?? recordAt], [4, 1]),
        ]),
    encoder.encode("PK\u0005\u0006"),
    littleEndian([2, 0], [2, 0]),
    littleEndian([2, end.entriesHere ?? end.entries ?? entries], [2, end.entries ?? entries]),
    littleEndian([4, end.size ?? size], [4, end.at ?? at], [2, comment.length]),
    comment,
    end.after ?? new Uint8Array(),
  ]);
}

const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);
