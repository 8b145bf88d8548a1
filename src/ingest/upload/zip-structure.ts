import { ownFields, uint16, uint32, uint64 } from "./zip-fields.ts";

/** A ZIP as it lies there; reads past its end come back shorter. */
export interface ZipBytes {
  readonly size: number;
  readUint8Array(index: number, length: number): Promise<Uint8Array>;
}

/** What the end of a ZIP says of its central directory. */
interface End {
  readonly entries: number;
  readonly at: number;
  readonly size: number;
}

/** What the central directory says of an entry. */
interface Listed {
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
/** In front of the first entry: of an archive that was split, or might have been. */
const SPLIT_MARKERS = [DESCRIPTOR, 0x30304b50];

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64 = 0xffffffff;

const HAS_DESCRIPTOR = 1 << 3;
/** Encrypted, with a data descriptor, strongly encrypted, UTF-8 names, masked headers. */
const MEANINGFUL_FLAGS = 0x2849;
/** Bytes of a local header's extra fields that are read with it; longer ones are read again. */
const LIKELY_EXTRA = 256;

/**
 * Where a ZIP contradicts itself, in Portuguese, or null. A ZIP says most things twice (its end record and the ZIP64 one, the
 * central directory, the local headers, the data descriptors), and programs differ in which they believe: a document that one
 * of them sees and another does not is nobody's. Nothing is inflated; each local header is read once, in the order of the file.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5; 4.4.4 for the flags.
 */
export async function findContradiction(
  zip: ZipBytes,
  signal?: AbortSignal,
): Promise<string | null> {
  const end = await endOf(zip);
  if (typeof end === "string") return end;
  const listed = directoryOf(await zip.readUint8Array(end.at, end.size), end.entries);
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

/** The end record, with the ZIP64 one where there is one; a sentence where they or their places contradict one another. */
async function endOf(zip: ZipBytes): Promise<End | string> {
  const from = Math.max(0, zip.size - END.bytes - END.longestComment - LOCATOR64.bytes);
  const tail = await zip.readUint8Array(from, zip.size - from);
  const records = placesOf(tail, END.signature).filter((i) => i + END.bytes <= tail.length);
  const closing = records.filter((i) => i + END.bytes + uint16(tail, i + 20) === tail.length);
  const i = records.at(-1);
  if (i === undefined || closing[0] !== i)
    return closing.length > 0
      ? "há mais de um registro final"
      : "há bytes depois do registro final";
  if (uint16(tail, i + 4) % IN_ZIP64_16 !== 0 || uint16(tail, i + 6) % IN_ZIP64_16 !== 0)
    return "falta uma das partes do arquivo dividido";
  const told = {
    entries: uint16(tail, i + 10),
    size: uint32(tail, i + 12),
    at: uint32(tail, i + 16),
  };
  if (uint16(tail, i + 8) !== told.entries) return WRONG_COUNT;
  const locator = i - LOCATOR64.bytes;
  if (locator < 0 || uint32(tail, locator) !== LOCATOR64.signature) {
    if (told.at + told.size !== from + i) return WRONG_PLACE;
    return told;
  }
  return end64Of(zip, told, tail.subarray(locator), from + locator);
}

const WRONG_COUNT = "o registro final informa um número de arquivos diferente do da lista";
const WRONG_PLACE = "a lista de arquivos não está onde o registro final indica";
const WRONG_64 = "os registros finais ZIP e ZIP64 se contradizem";

async function end64Of(
  zip: ZipBytes,
  told: End,
  locator: Uint8Array,
  locatorAt: number,
): Promise<End | string> {
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
    (told.entries === IN_ZIP64_16 || told.entries === end.entries) &&
    (told.size === IN_ZIP64 || told.size === end.size) &&
    (told.at === IN_ZIP64 || told.at === end.at);
  if (!same) return WRONG_64;
  return end.at + end.size === recordAt ? end : WRONG_PLACE;
}

/** Every place of a signature (little endian) in the bytes. */
function placesOf(bytes: Uint8Array, signature: number): number[] {
  const places: number[] = [];
  for (let i = bytes.indexOf(signature & 0xff); i >= 0; i = bytes.indexOf(signature & 0xff, i + 1))
    if (i + 4 <= bytes.length && uint32(bytes, i) === signature) places.push(i);
  return places;
}

/** The entries of a central directory, which they fill to its last byte. */
function directoryOf(bytes: Uint8Array, entries: number): Listed[] | string {
  const listed: Listed[] = [];
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

/** Fields of 32 bits, each from the ZIP64 field where it is said to stand there; null where that is missing, short or twice. */
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

/** Where an entry's local header, data and descriptor contradict the directory; they end where the next begins. */
async function localContradiction(
  zip: ZipBytes,
  entry: Listed,
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
  entry: Listed,
  head: Uint8Array,
  extra: Uint8Array,
  dataAt: number,
  next: number,
): Promise<string | null> {
  const sizes = sizesOf(extra, [uint32(head, 22), uint32(head, 18)]);
  if (sizes === null) return WRONG_EXTRA;
  const said = [uint32(head, 14), ...sizes];
  const right = [entry.crc, entry.inflated, entry.compressed];
  const complete = said.every((value, i) => value === right[i]);
  const streamed = (entry.flags & HAS_DESCRIPTOR) !== 0;
  // Who writes a stream leaves them open, one by one, until the descriptor.
  if (!complete && !(streamed && said.every((value, i) => value === 0 || value === right[i])))
    return WRONG_SIZE;
  const dataEnd = dataAt + entry.compressed;
  const gap = next - dataEnd;
  if (gap === 0) return complete || sizeless(entry) ? null : WRONG_SIZE;
  if (!streamed || gap > 24) return BETWEEN;
  return isDescriptor(await zip.readUint8Array(dataEnd, gap), entry) ? null : WRONG_SIZE;
}

const sizeless = (entry: Listed): boolean => entry.inflated === 0 && entry.compressed === 0;

/** Whether the bytes are an entry's data descriptor: with its signature or without, sizes of 4 or of 8 bytes. */
function isDescriptor(bytes: Uint8Array, entry: Listed): boolean {
  const signed = bytes.length % 8 === 0;
  if (signed && (bytes.length < 16 || uint32(bytes, 0) !== DESCRIPTOR)) return false;
  const fields = bytes.subarray(signed ? 4 : 0);
  const right = [entry.crc, entry.compressed, entry.inflated];
  const said =
    fields.length === 12
      ? [uint32(fields, 0), uint32(fields, 4), uint32(fields, 8)]
      : fields.length === 20
        ? [uint32(fields, 0), uint64(fields, 4), uint64(fields, 12)]
        : [];
  return said.length > 0 && said.every((value, i) => value === right[i]);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
