import { type Entry, Reader, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";

/** Bytes of a file that stand after so many zeros. */
class AfterZeros extends Reader<null> {
  readonly bytes: Uint8Array;
  readonly zeros: number;

  constructor(bytes: Uint8Array, zeros: number) {
    super(null);
    this.bytes = bytes;
    this.zeros = zeros;
    this.size = zeros + bytes.length;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const read = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    const from = index - this.zeros;
    const part = this.bytes.subarray(Math.max(0, from), Math.max(0, from + read.length));
    read.set(part, Math.max(0, -from));
    return read;
  }
}

const bytesOf = async (entry: Entry): Promise<Uint8Array> =>
  entry.directory
    ? new Uint8Array()
    : entry.getData(new Uint8ArrayWriter(), { checkSignature: true, useWebWorkers: false });

/** The files of a ZIP by name, in its order, with their checksums verified; `zeros`: how many stand before it in its file. */
export async function readZip(bytes: Uint8Array, zeros = 0): Promise<Map<string, Uint8Array>> {
  const zip = new ZipReader(
    zeros === 0 ? new Uint8ArrayReader(Uint8Array.from(bytes)) : new AfterZeros(bytes, zeros),
  );
  const files = new Map<string, Uint8Array>();
  for (const entry of await zip.getEntries()) {
    if (files.has(entry.filename)) throw new Error(`${entry.filename} is there twice`);
    files.set(entry.filename, await bytesOf(entry));
  }
  return files;
}
