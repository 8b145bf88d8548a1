import { ownFields, uint16, uint32, uint64 } from "./zip-fields.ts";

/** The bytes of a ZIP; a read past the end returns fewer bytes. */
export interface ZipBytes {
  readonly size: number;
  readUint8Array(index: number, length: number): Promise<Uint8Array>;
}

/** The central directory's entry count, offset and size, from the end record. */
interface EndRecord {
  readonly entries: number;
  readonly at: number;
  readonly size: number;
}

/** An entry of the central directory. `at`: offset of its local header. */
interface CentralEntry {
  readonly at: number;
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly inflated: number;
  readonly extra: Uint8Array;
}

const LOCAL = { signature: 0x04034b50, bytes: 30 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
const LOCATOR64 = { signature: 0x07064b50, bytes: 20 };
const END64 = { signature: 0x06064b50, bytes: 56 };
const DESCRIPTOR = 0x08074b50;
/** Allowed before the first entry: markers of an archive that was split or prepared for it. */
const SPLIT_MARKERS = [DESCRIPTOR, 0x30304b50];

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64 = 0xffffffff;

const HAS_DESCRIPTOR = 1 << 3;
/** Encrypted, with a data descriptor, strongly encrypted, UTF-8 names, masked headers. */
const MEANINGFUL_FLAGS = 0x2849;
/** Bytes of extra fields that are read with a local header; longer ones need a second read. */
const LIKELY_EXTRA = 256;

/**
 * Finds a contradiction in a ZIP: a sentence in Portuguese, or null. A ZIP stores most facts twice (end record and ZIP64 record,
 * central directory, local headers, data descriptors), and programs differ in which copy they use, so a document could be seen
 * by one program and not by another. Nothing is inflated; each local header is read once, in file order.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5; 4.4.4 for the flags.
 */
export async function findContradiction(
  zip: ZipBytes,
  signal?: AbortSignal,
): Promise<string | null> {
  const end = await readEnd(zip);
  if (typeof end === "string") return end;
  const listed = readDirectory(await zip.readUint8Array(end.at, end.size), end.entries);
  if (typeof listed === "string") return listed;
  const inOrder = listed.toSorted((a, b) => a.at - b.at);
  const marked = SPLIT_MARKERS.includes(uint32(await zip.readUint8Array(0, 4), 0));
  let at = marked ? 4 : 0;
  if ((inOrder[0]?.at ?? end.at) !== at && inOrder.length > 0)
    return "há bytes antes do primeiro arquivo";
  if (inOrder.length === 0 && end.at !== 0) return "há bytes que nenhum arquivo da lista ocupa";
  for (const [i, entry] of inOrder.entries()) {
    signal?.throwIfAborted();
    at = inOrder[i + 1]?.at ?? end.at;
    const wrong = await localContradiction(zip, entry, at);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** The end record, corrected by the ZIP64 one if there is one; a sentence when they or their offsets contradict each other. */
async function readEnd(zip: ZipBytes): Promise<EndRecord | string> {
  const from = Math.max(0, zip.size - END.bytes - END.longestComment - LOCATOR64.bytes);
  const tail = await zip.readUint8Array(from, zip.size - from);
  const records = offsetsOf(tail, END.signature).filter((i) => i + END.bytes <= tail.length);
  const closing = records.filter((i) => i + END.bytes + uint16(tail, i + 20) === tail.length);
  const i = records.at(-1);
  if (i === undefined || closing[0] !== i)
    return closing.length > 0
      ? "há mais de um registro final"
      : "há bytes depois do registro final";
  if (uint16(tail, i + 4) % IN_ZIP64_16 !== 0 || uint16(tail, i + 6) % IN_ZIP64_16 !== 0)
    return "falta uma das partes do arquivo dividido";
  const end32 = {
    entries: uint16(tail, i + 10),
    size: uint32(tail, i + 12),
    at: uint32(tail, i + 16),
  };
  if (uint16(tail, i + 8) !== end32.entries) return WRONG_COUNT;
  const locator = i - LOCATOR64.bytes;
  if (locator < 0 || uint32(tail, locator) !== LOCATOR64.signature) {
    if (end32.at + end32.size !== from + i) return WRONG_PLACE;
    return end32;
  }
  return readEnd64(zip, end32, tail.subarray(locator), from + locator);
}

const WRONG_COUNT = "o registro final informa um número de arquivos diferente do da lista";
const WRONG_PLACE = "a lista de arquivos não está onde o registro final indica";
const WRONG_64 = "os registros finais ZIP e ZIP64 se contradizem";

async function readEnd64(
  zip: ZipBytes,
  end32: EndRecord,
  locator: Uint8Array,
  locatorAt: number,
): Promise<EndRecord | string> {
  const recordAt = uint64(locator, 8);
  if (uint32(locator, 4) !== 0 || uint32(locator, 16) > 1)
    return "falta uma das partes do arquivo dividido";
  if (recordAt + END64.bytes > locatorAt) return WRONG_64;
  const record = await zip.readUint8Array(recordAt, END64.bytes);
  if (record.length < END64.bytes || uint32(record, 0) !== END64.signature) return WRONG_64;
  if (recordAt + 12 + uint64(record, 4) !== locatorAt) return WRONG_64;
  if (uint32(record, 16) !== 0 || uint32(record, 20) !== 0) return WRONG_64;
  const end = { entries: uint64(record, 32), size: uint64(record, 40), at: uint64(record, 48) };
  if (uint64(record, 24) !== end.entries) return WRONG_COUNT;
  const same =
    (end32.entries === IN_ZIP64_16 || end32.entries === end.entries) &&
    (end32.size === IN_ZIP64 || end32.size === end.size) &&
    (end32.at === IN_ZIP64 || end32.at === end.at);
  if (!same) return WRONG_64;
  return end.at + end.size === recordAt ? end : WRONG_PLACE;
}

/** Every offset of a signature (little endian) in the bytes. */
function offsetsOf(bytes: Uint8Array, signature: number): number[] {
  const offsets: number[] = [];
  for (let i = bytes.indexOf(signature & 0xff); i >= 0; i = bytes.indexOf(signature & 0xff, i + 1))
    if (i + 4 <= bytes.length && uint32(bytes, i) === signature) offsets.push(i);
  return offsets;
}

/** The entries of a central directory; a sentence when they do not fill it to its last byte or have another count. */
function readDirectory(bytes: Uint8Array, entries: number): CentralEntry[] | string {
  const listed: CentralEntry[] = [];
  let i = 0;
  while (i < bytes.length) {
    if (i + CENTRAL.bytes > bytes.length || uint32(bytes, i) !== CENTRAL.signature)
      return "a lista de arquivos tem tamanho diferente do informado no registro final";
    const nameAt = i + CENTRAL.bytes;
    const extraAt = nameAt + uint16(bytes, i + 28);
    const commentAt = extraAt + uint16(bytes, i + 30);
    const next = commentAt + uint16(bytes, i + 32);
    if (next > bytes.length)
      return "a lista de arquivos tem tamanho diferente do informado no registro final";
    const extra = bytes.subarray(extraAt, commentAt);
    const sizes = sizesOf(extra, [
      uint32(bytes, i + 24),
      uint32(bytes, i + 20),
      uint32(bytes, i + 42),
    ]);
    if (sizes === null || ownFields(extra, UNICODE_PATH).length > 1) return WRONG_EXTRA;
    const [inflated = 0, compressed = 0, at = 0] = sizes;
    listed.push({
      at,
      name: bytes.subarray(nameAt, extraAt),
      flags: uint16(bytes, i + 8),
      method: uint16(bytes, i + 10),
      crc: uint32(bytes, i + 16),
      compressed,
      inflated,
      extra,
    });
    i = next;
  }
  return listed.length === entries ? listed : WRONG_COUNT;
}

const WRONG_EXTRA = "os campos ZIP64 ou de nome de um arquivo se contradizem";

/** 32-bit fields, each replaced by its ZIP64 value when it says so; null when the ZIP64 field is missing, short or repeated. */
function sizesOf(extra: Uint8Array, fields: readonly number[]): number[] | null {
  const [field, second] = ownFields(extra, ZIP64);
  if (second !== undefined) return null;
  let i = 0;
  const sizes: number[] = [];
  for (const value of fields) {
    if (value !== IN_ZIP64) {
      sizes.push(value);
      continue;
    }
    if (field === undefined || i + 8 > field.length) return null;
    sizes.push(uint64(field, i));
    i += 8;
  }
  return sizes;
}

/** Compares an entry's local header, data and descriptor with the directory; they must end where the next entry begins. */
async function localContradiction(
  zip: ZipBytes,
  entry: CentralEntry,
  next: number,
): Promise<string | null> {
  if (entry.at + LOCAL.bytes > next) return OVERLAP;
  let head = await zip.readUint8Array(
    entry.at,
    Math.min(next - entry.at, LOCAL.bytes + entry.name.length + LIKELY_EXTRA),
  );
  if (head.length < LOCAL.bytes || uint32(head, 0) !== LOCAL.signature)
    return "um arquivo não está onde a lista indica";
  const nameEnd = LOCAL.bytes + uint16(head, 26);
  const headEnd = nameEnd + uint16(head, 28);
  if (entry.at + headEnd + entry.compressed > next) return OVERLAP;
  if (headEnd > head.length) head = await zip.readUint8Array(entry.at, headEnd);
  if (!sameBytes(head.subarray(LOCAL.bytes, nameEnd), entry.name)) return WRONG_NAME;
  if (
    (uint16(head, 6) & MEANINGFUL_FLAGS) !== (entry.flags & MEANINGFUL_FLAGS) ||
    uint16(head, 8) !== entry.method
  )
    return "o cabeçalho de um arquivo e a lista se contradizem (compactação)";
  const extra = head.subarray(nameEnd, headEnd);
  const [here, again] = ownFields(extra, UNICODE_PATH);
  const [there] = ownFields(entry.extra, UNICODE_PATH);
  if (again !== undefined) return WRONG_EXTRA;
  if (here !== undefined && there !== undefined && !sameBytes(here, there)) return WRONG_NAME;
  return sizesContradiction(zip, entry, head, extra, entry.at + headEnd, next);
}

const OVERLAP = "dois arquivos ocupam os mesmos bytes";
const WRONG_NAME = "o nome de um arquivo no cabeçalho é diferente do nome na lista";
const WRONG_SIZE = "o tamanho ou o CRC de um arquivo no cabeçalho é diferente do que está na lista";
const BETWEEN = "há bytes que nenhum arquivo da lista ocupa";

async function sizesContradiction(
  zip: ZipBytes,
  entry: CentralEntry,
  head: Uint8Array,
  extra: Uint8Array,
  dataAt: number,
  next: number,
): Promise<string | null> {
  const sizes = sizesOf(extra, [uint32(head, 22), uint32(head, 18)]);
  if (sizes === null) return WRONG_EXTRA;
  const found = [uint32(head, 14), ...sizes];
  const expected = [entry.crc, entry.inflated, entry.compressed];
  const complete = found.every((value, i) => value === expected[i]);
  const streamed = (entry.flags & HAS_DESCRIPTOR) !== 0;
  // A program that writes a stream may leave any of these 0, and writes them in the data descriptor.
  if (!complete && !(streamed && found.every((value, i) => value === 0 || value === expected[i])))
    return WRONG_SIZE;
  const dataEnd = dataAt + entry.compressed;
  const gap = next - dataEnd;
  if (gap === 0) return complete || sizeless(entry) ? null : WRONG_SIZE;
  if (!streamed || gap > 24) return BETWEEN;
  return isDescriptor(await zip.readUint8Array(dataEnd, gap), entry) ? null : WRONG_SIZE;
}

const sizeless = (entry: CentralEntry): boolean => entry.inflated === 0 && entry.compressed === 0;

/** Whether the bytes are an entry's data descriptor: with its signature or without, sizes of 4 or of 8 bytes. */
function isDescriptor(bytes: Uint8Array, entry: CentralEntry): boolean {
  const signed = bytes.length % 8 === 0;
  if (signed && (bytes.length < 16 || uint32(bytes, 0) !== DESCRIPTOR)) return false;
  const fields = bytes.subarray(signed ? 4 : 0);
  const expected = [entry.crc, entry.compressed, entry.inflated];
  const found =
    fields.length === 12
      ? [uint32(fields, 0), uint32(fields, 4), uint32(fields, 8)]
      : fields.length === 20
        ? [uint32(fields, 0), uint64(fields, 4), uint64(fields, 12)]
        : [];
  return found.length > 0 && found.every((value, i) => value === expected[i]);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
