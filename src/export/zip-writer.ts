import { joinedBytes } from "../lib/bytes.ts";
import { crc32 } from "../lib/crc32.ts";

/**
 * A ZIP that is written from its beginning to its end. Entries are not compressed: a reader of the stream has the bytes as they
 * are, and a month costs a Worker no more than their checksum. Kept until the end is the directory: about 110 bytes an entry.
 * Source: PKWARE APPNOTE 6.3.10; ZIP64 (4.5.3, 4.3.14) where an offset or a count needs it.
 */
export interface ZipWriter {
  /** A whole entry, up to 4 GiB, as the bytes of the archive. Names are ASCII. */
  file(name: string, bytes: Uint8Array, local: number): Uint8Array[];
  /** An entry of unknown length: these parts in turn, as the bytes of the archive. */
  open(name: string, local: number): Uint8Array;
  part(bytes: Uint8Array): Uint8Array[];
  close(): Uint8Array[];
  /** The directory; nothing follows. */
  end(): Uint8Array[];
}

const STORED = 0;
const DEFLATED = 8;
/** The sizes and the checksum follow the bytes (4.4.4, bit 3). */
const SIZES_FOLLOW = 8;
const MOST_32 = 0xffffffff;
const MOST_16 = 0xffff;
/** The longest block of a deflate stream that is stored as it is. Source: RFC 1951, 3.2.4. */
const BLOCK = 65_535;
const LAST_BLOCK = Uint8Array.of(1, 0, 0, 0xff, 0xff);

/** An integer of the archive: its bytes, little-endian, and its value. */
type Integer = readonly [bytes: 2 | 4 | 8, value: number];

function record(...integers: readonly Integer[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(integers.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of integers) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** MS-DOS time and date (4.4.6) of a local time, given as ms as if it were UTC; 1980 to 2107, in steps of two seconds. */
function dosTime(local: number): [Integer, Integer] {
  const date = new Date(local);
  const year = Math.min(2107, Math.max(1980, date.getUTCFullYear())) - 1980;
  const time =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  return [
    [2, time],
    [2, day],
  ];
}

interface Entry {
  readonly name: Uint8Array;
  readonly method: number;
  readonly flags: number;
  readonly local: number;
  readonly offset: number;
  crc: number;
  /** In the archive, and of the file. */
  packed: number;
  size: number;
}

const version = ({ method }: Entry): number => (method === STORED ? 10 : 20);

/** What the header of an entry and its record in the directory have in common (4.3.7, 4.3.12). */
const common = (entry: Entry, sizes: boolean, extra: number): Integer[] => [
  [2, entry.flags],
  [2, entry.method],
  ...dosTime(entry.local),
  [4, sizes ? entry.crc : 0],
  [4, sizes ? entry.packed : 0],
  [4, sizes ? entry.size : 0],
  [2, entry.name.length],
  [2, extra],
];

function headerOf(entry: Entry): Uint8Array {
  const known = entry.flags === 0;
  return joinedBytes([
    record([4, 0x04034b50], [2, version(entry)], ...common(entry, known, 0)),
    entry.name,
  ]);
}

function directoryRecord(entry: Entry): Uint8Array {
  const far = entry.offset >= MOST_32;
  const extra = far ? record([2, 1], [2, 8], [8, entry.offset]) : new Uint8Array(0);
  const needed = far ? 45 : version(entry);
  return joinedBytes([
    record(
      [4, 0x02014b50],
      [2, 45],
      [2, needed],
      ...common(entry, true, extra.length),
      // Comment, disk and attributes.
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, far ? MOST_32 : entry.offset],
    ),
    entry.name,
    extra,
  ]);
}

/** The end of the archive (4.3.14 to 4.3.16). */
function endOf(entries: number, size: number, offset: number): Uint8Array {
  const large = entries >= MOST_16 || size >= MOST_32 || offset >= MOST_32;
  const end64 = record(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, entries],
    [8, entries],
    [8, size],
    [8, offset],
  );
  const locator = record([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]);
  const end = record(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, large ? MOST_16 : entries],
    [2, large ? MOST_16 : entries],
    [4, large ? MOST_32 : size],
    [4, large ? MOST_32 : offset],
    [2, 0],
  );
  return large ? joinedBytes([end64, locator, end]) : end;
}

/** A writer of one archive; `offset`: how many bytes stand before it in the file. */
export function zipWriter(offset = 0): ZipWriter {
  const encoder = new TextEncoder();
  const directory: Uint8Array[] = [];
  let opened: Entry | null = null;
  let at = offset;
  const written = (...parts: Uint8Array[]): Uint8Array[] => {
    for (const { length } of parts) at += length;
    return parts;
  };
  return {
    file(name, bytes, local) {
      const size = bytes.length;
      const entry: Entry = {
        name: encoder.encode(name),
        method: STORED,
        flags: 0,
        local,
        offset: at,
        crc: crc32(bytes),
        packed: size,
        size,
      };
      directory.push(directoryRecord(entry));
      return written(headerOf(entry), bytes);
    },
    open(name, local) {
      opened = {
        name: encoder.encode(name),
        // Readers of a stream find the end of deflated bytes alone; these are deflated in blocks that are stored as they are.
        method: DEFLATED,
        flags: SIZES_FOLLOW,
        local,
        offset: at,
        crc: 0,
        packed: 0,
        size: 0,
      };
      const header = headerOf(opened);
      at += header.length;
      return header;
    },
    part(bytes) {
      const entry = inside(opened);
      entry.crc = crc32(bytes, entry.crc);
      entry.size += bytes.length;
      const blocks: Uint8Array[] = [];
      for (let from = 0; from < bytes.length; from += BLOCK) {
        const block = bytes.subarray(from, from + BLOCK);
        blocks.push(
          Uint8Array.of(0),
          record([2, block.length], [2, ~block.length & MOST_16]),
          block,
        );
        entry.packed += block.length + 5;
      }
      return written(...blocks);
    },
    close() {
      const entry = inside(opened);
      opened = null;
      entry.packed += LAST_BLOCK.length;
      if (entry.packed >= MOST_32) throw new RangeError("an entry of 4 GiB");
      directory.push(directoryRecord(entry));
      const sizes = record([4, 0x08074b50], [4, entry.crc], [4, entry.packed], [4, entry.size]);
      return written(LAST_BLOCK, sizes);
    },
    end() {
      const start = at;
      const size = directory.reduce((sum, { length }) => sum + length, 0);
      return [...directory, endOf(directory.length, size, start)];
    },
  };
}

function inside(entry: Entry | null): Entry {
  if (entry === null) throw new Error("no entry is open");
  return entry;
}
