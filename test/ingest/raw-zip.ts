import { deflateRawSync } from "node:zlib";

/** One entry, written as told: what it declares need not be true. */
export interface RawEntry {
  readonly name: string;
  readonly bytes?: Uint8Array | string;
  /** Stored, not deflated. */
  readonly stored?: boolean;
  /** Uncompressed size that the directories declare; default: the truth. */
  readonly declares?: number;
  readonly crc?: number;
  /** General purpose bits beside UTF-8 names; 1: encrypted. */
  readonly flags?: number;
  /** Compression method that the directories declare. */
  readonly method?: number;
}

const UTF8_NAME = 0x0800;
const encoder = new TextEncoder();

/** A ZIP of these entries, byte by byte, for what no honest writer makes. */
export function rawZip(entries: readonly RawEntry[]): Uint8Array<ArrayBuffer> {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content =
      typeof entry.bytes === "string"
        ? encoder.encode(entry.bytes)
        : (entry.bytes ?? new Uint8Array());
    const stored = entry.stored ?? content.length === 0;
    const data = stored ? content : deflateRawSync(content);
    const name = encoder.encode(entry.name);
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true);
    common.setUint16(2, UTF8_NAME | (entry.flags ?? 0), true);
    common.setUint16(4, entry.method ?? (stored ? 0 : 8), true);
    common.setUint16(6, 0, true);
    common.setUint16(8, 0x5d6a, true);
    common.setUint32(10, entry.crc ?? Bun.hash.crc32(content), true);
    common.setUint32(14, data.length, true);
    common.setUint32(18, entry.declares ?? content.length, true);
    common.setUint16(22, name.length, true);
    const fields = new Uint8Array(common.buffer);
    local.push(encoder.encode("PK\u0003\u0004"), fields, name, data);
    const tail = new DataView(new ArrayBuffer(14));
    tail.setUint32(10, offset, true);
    central.push(
      encoder.encode("PK\u0001\u0002"),
      Uint8Array.of(20, 0),
      fields,
      new Uint8Array(tail.buffer),
      name,
    );
    offset += 30 + name.length + data.length;
  }
  const end = new DataView(new ArrayBuffer(18));
  end.setUint16(4, entries.length, true);
  end.setUint16(6, entries.length, true);
  end.setUint32(
    8,
    central.reduce((sum, part) => sum + part.length, 0),
    true,
  );
  end.setUint32(12, offset, true);
  return join([...local, ...central, encoder.encode("PK\u0005\u0006"), new Uint8Array(end.buffer)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
