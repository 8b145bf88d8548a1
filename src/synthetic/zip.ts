import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The date of every entry, so that the same files give the same archive. */
const MADE = new Date("2026-11-10T12:00:00Z");

const open = () =>
  new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false, lastModDate: MADE, level: 6 });

/** A ZIP of the files in the order given; a name that ends in `/` is a folder. */
export async function zipOf(files: readonly ZipFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const zip = open();
  for (const { name, bytes } of files)
    await (name.endsWith("/")
      ? zip.add(name, undefined, { directory: true })
      : zip.add(name, new Uint8ArrayReader(bytes)));
  return Uint8Array.from(await zip.close());
}

/**
 * A small ZIP whose entries inflate to `bytesEach` zeros each; a reader must stop at its limit.
 */
export async function zipBomb({
  entries = 1,
  bytesEach,
}: {
  entries?: number;
  bytesEach: number;
}): Promise<Uint8Array<ArrayBuffer>> {
  const zip = open();
  for (let n = 1; n <= entries; n += 1) await zip.add(`nota-${n}.xml`, zeros(bytesEach));
  return Uint8Array.from(await zip.close());
}

function zeros(size: number): ReadableStream<Uint8Array> {
  const piece = 65_536;
  let left = size;
  return new ReadableStream({
    pull(out) {
      if (left === 0) return out.close();
      out.enqueue(new Uint8Array(Math.min(piece, left)));
      left -= Math.min(piece, left);
    },
  });
}
