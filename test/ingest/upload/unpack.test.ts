import { afterAll, describe, expect, test } from "bun:test";
import { configure } from "@zip.js/zip.js/lib/zip-core-native.js";
import { BATCH_LIMITS } from "../../../src/ingest/upload/limits.ts";
import { type SentFile, unpack } from "../../../src/ingest/upload/unpack.ts";
import type { UploadEntry } from "../../../src/ingest/upload/upload-entry.ts";
import { trusted } from "../../../src/lib/cast.ts";
import { zipBomb, zipOf } from "../../../src/synthetic/zip.ts";
import { type RawEntry, rawZip } from "../../support/zips/raw-zip.ts";

const XML = "<nfeProc>ç</nfeProc>";
const sent = (bytes: Uint8Array<ArrayBuffer> | string, name: string | null = null): SentFile => ({
  name,
  blob: new Blob([bytes]),
});
const raw = (...entries: RawEntry[]) => unpack([sent(rawZip(entries))]);
const listed = (pieces: readonly UploadEntry[]) =>
  pieces.map(({ kind, file }) => `${kind} ${file}`);

async function bytesOf(piece: UploadEntry | undefined): Promise<Uint8Array> {
  if (piece?.kind !== "document") throw new Error(`not a document: ${piece?.kind}`);
  const bytes = await piece.bytes();
  if (!bytes.ok) throw new Error(JSON.stringify(bytes.error));
  return bytes.value;
}

async function refusalOf(piece: UploadEntry | undefined): Promise<unknown> {
  if (piece?.kind === "rejected") return piece.failure;
  if (piece?.kind !== "document") return piece?.kind;
  const bytes = await piece.bytes();
  return bytes.ok ? "read" : bytes.error;
}

/** The failure of unpack. */
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "listed",
    (error) => error.failure ?? error,
  );

describe("the files of a request, in the order sent", () => {
  test("files and the entries of ZIPs are listed in order, each with the name of its ZIP", async () => {
    const zip = await zipOf([
      { name: "b.xml", bytes: new TextEncoder().encode(XML) },
      { name: "2026/a.XML", bytes: new TextEncoder().encode(XML) },
    ]);
    const pieces = await unpack([sent(XML, "z.xml"), sent(zip, "mês.zip"), sent(XML, "a.xml")]);
    expect(listed(pieces)).toEqual([
      "document z.xml",
      "document mês.zip/b.xml",
      "document mês.zip/2026/a.XML",
      "document a.xml",
    ]);
    for (const piece of pieces) expect(new TextDecoder().decode(await bytesOf(piece))).toBe(XML);
  });

  test("bytes that are not UTF-8 are unchanged", async () => {
    const latin1 = Uint8Array.from(`<a>${String.fromCharCode(0xe7, 0xe3)}</a>`, (c) =>
      c.charCodeAt(0),
    );
    const utf16 = Uint8Array.of(0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0);
    const pieces = await unpack([
      sent(latin1),
      sent(
        rawZip([
          { name: "sem-fim", bytes: utf16 },
          { name: "b.xml", bytes: latin1 },
        ]),
      ),
    ]);
    expect(await Promise.all(pieces.map(bytesOf))).toEqual([latin1, utf16, latin1]);
  });

  test("folders, PDFs, system files and files that are no XML are ignored with a reason", async () => {
    const pieces = await raw(
      { name: "notas/" },
      { name: "notas/danfe.pdf", bytes: "%PDF-1.4 <<>>" },
      { name: "__MACOSX/notas/._1.xml", bytes: "\u0000\u0005" },
      { name: "notas/._2.xml", bytes: "\u0000\u0005" },
      { name: ".DS_Store", bytes: "Bud1" },
      { name: "leia-me.txt", bytes: "Olá" },
      { name: "vazio", bytes: "" },
      { name: "notas/1.xml", bytes: XML },
    );
    expect(listed(pieces)).toEqual([
      "ignored notas",
      "ignored notas/danfe.pdf",
      "ignored __MACOSX/notas/._1.xml",
      "ignored notas/._2.xml",
      "ignored .DS_Store",
      "ignored leia-me.txt",
      "ignored vazio",
      "document notas/1.xml",
    ]);
    for (const piece of pieces)
      if (piece.kind === "ignored") expect(piece.why).toMatch(/^\p{Lu}.*[^.]$/u);
    expect(
      listed(await unpack([sent("%PDF-1.4 <<", "danfe.pdf"), sent("\u0089PNG", "x")])),
    ).toEqual(["ignored danfe.pdf", "ignored x"]);
  });

  test("an XML without the suffix .xml is a document, and so is a file with it that is no XML", async () => {
    const pieces = await raw(
      { name: "nota", bytes: `\r\n ${XML}` },
      { name: "nota.txt", bytes: `${XML}${" ".repeat(5_000)}` },
      { name: "estranha.xml", bytes: "isto não é XML" },
      { name: "vazia.xml" },
    );
    expect(pieces.map(({ kind }) => kind)).toEqual(Array(4).fill("document"));
    expect(await bytesOf(pieces[1])).toHaveLength(XML.length + 1 + 5_000);
    expect(await bytesOf(pieces[3])).toHaveLength(0);
  });

  test("a ZIP in a ZIP is rejected, by its name or by its first bytes", async () => {
    const inner = rawZip([{ name: "a.xml", bytes: XML }]);
    const pieces = await raw({ name: "dentro.zip", bytes: inner }, { name: "outro", bytes: inner });
    expect(await Promise.all(pieces.map(refusalOf))).toEqual([
      { code: "batch.unreadable_entry", why: "nested_zip" },
      { code: "batch.unreadable_entry", why: "nested_zip" },
    ]);
  });

  test("a name is shown without parent folders and without invisible characters", async () => {
    const pieces = await raw(
      { name: "../../etc/senha.xml", bytes: XML },
      { name: "C:\\notas\\..\\1.xml", bytes: XML },
      { name: "/abs/\u202e\u0000lmx.xml", bytes: XML },
      { name: `${"a".repeat(900)}.xml`, bytes: XML },
      { name: "../..", bytes: XML },
    );
    const names = pieces.map(({ file }) => file);
    expect(names.slice(0, 3)).toEqual(["etc/senha.xml", "notas/1.xml", "abs/lmx.xml"]);
    expect(names[3]).toHaveLength(200);
    expect(names[3]).toEndWith("aaa.xml");
    expect(names[4]).toBe("(sem nome)");
  });
});

describe("a bad entry does not affect the others", () => {
  const good = { name: "boa.xml", bytes: XML };
  const among = async (bad: RawEntry) => {
    const [first, second, third] = await raw(good, bad, { ...good, name: "outra.xml" });
    expect(await bytesOf(first)).toHaveLength(21);
    expect(await bytesOf(third)).toHaveLength(21);
    return refusalOf(second);
  };

  test("an entry with a wrong checksum is corrupt", async () => {
    expect(await among({ name: "x.xml", bytes: XML, stored: true, crc: 1 })).toEqual({
      code: "batch.unreadable_entry",
      why: "corrupt",
    });
    expect(await among({ name: "x", bytes: XML.repeat(9), crc: 1 })).toEqual({
      code: "batch.unreadable_entry",
      why: "corrupt",
    });
  });

  test("an entry larger or smaller than it declares is corrupt", async () => {
    for (const declares of [5, 40])
      expect(await among({ name: "x.xml", bytes: XML, declares })).toEqual({
        code: "batch.unreadable_entry",
        why: "corrupt",
      });
  });

  test("an encrypted entry and an unknown compression are named as such", async () => {
    expect(await among({ name: "x.xml", bytes: XML, flags: 1 })).toEqual({
      code: "batch.unreadable_entry",
      why: "encrypted",
    });
    expect(await among({ name: "x.xml", bytes: XML, stored: true, method: 97 })).toEqual({
      code: "batch.unreadable_entry",
      why: "unsupported",
    });
  });

  test("a broken ZIP is rejected among several files, and is the request's failure when it is alone", async () => {
    const zip = rawZip([good]);
    for (const broken of [
      zip.slice(0, -5),
      zip.slice(0, 40),
      new TextEncoder().encode("rasgado"),
    ]) {
      const pieces = await unpack([sent(XML, "a.xml"), sent(broken, "b.zip"), sent(XML, "c.xml")]);
      expect(listed(pieces)).toEqual(["document a.xml", "rejected b.zip", "document c.xml"]);
      expect(await refusalOf(pieces[1])).toMatchObject({ code: "batch.malformed_zip" });
      expect(await failureOf(unpack([sent(broken, "b.zip")]))).toMatchObject({
        code: "batch.malformed_zip",
      });
    }
  });

  test("a document over 10 MiB among others is rejected as too_large", async () => {
    const large = sent(`<a>${" ".repeat(BATCH_LIMITS.entryBytes)}</a>`, "grande.xml");
    const pieces = await unpack([large, sent(XML, "a.xml")]);
    expect(pieces.map(({ kind }) => kind)).toEqual(["rejected", "document"]);
    expect(await refusalOf(pieces[0])).toMatchObject({ code: "too_large" });
  });
});

describe("limits of a batch, checked before the first document is returned", () => {
  const over = (what: string) => ({ code: "batch.too_large", what });

  test("500 documents are accepted and one more is not, in any mix of files and ZIPs", async () => {
    const notes = Array.from({ length: 500 }, (_, i) => ({ name: `${i}.xml`, bytes: XML }));
    expect(await unpack([sent(rawZip(notes), "a.zip")])).toHaveLength(500);
    expect(
      await failureOf(unpack([sent(rawZip(notes), "a.zip"), sent(XML, "a.xml")])),
    ).toMatchObject({ ...over("documents"), limit: 500, got: 501 });
  });

  test("an ignored file is not counted as a document", async () => {
    const beside = Array.from({ length: 600 }, (_, i) => ({ name: `${i}.pdf`, bytes: "%PDF" }));
    expect(await raw(...beside, { name: "a.xml", bytes: XML })).toHaveLength(601);
  });

  test("a ZIP of 15,000 empty entries is refused, whatever their names", async () => {
    const many = (name: string) => Array.from({ length: 15_000 }, (_, i) => ({ name: i + name }));
    expect(await failureOf(raw(...many("nota.xml")))).toMatchObject(over("documents"));
    expect(await failureOf(raw(...many("danfe.pdf")))).toMatchObject({
      ...over("entries"),
      got: 10_001,
    });
  });

  test("an entry over 10 MiB, or that inflates more than a hundred times, is refused", async () => {
    expect(
      await failureOf(unpack([sent(await zipBomb({ bytesEach: 11 * 1_048_576 }))])),
    ).toMatchObject(over("entry"));
    expect(await failureOf(unpack([sent(await zipBomb({ bytesEach: 1_048_576 }))]))).toMatchObject(
      over("ratio"),
    );
    const nameless = { name: "bomba", bytes: new Uint8Array(2_000_000) };
    expect(await failureOf(raw(nameless))).toMatchObject(over("ratio"));
  });

  test("entries that share their bytes are counted as often as they are listed", async () => {
    const declared = Array.from({ length: 21 }, (_, i) => ({
      name: `${i}.xml`,
      bytes: new Uint8Array(200_000),
      stored: true,
      declares: BATCH_LIMITS.entryBytes,
    }));
    expect(await failureOf(raw(...declared))).toMatchObject({
      ...over("inflated"),
      limit: BATCH_LIMITS.inflatedBytes,
    });
  });

  test("a caller may set smaller limits", async () => {
    const limits = { ...BATCH_LIMITS, documents: 1 };
    const two = [sent(XML, "a.xml"), sent(XML, "b.xml")];
    expect(await failureOf(unpack(two, limits))).toMatchObject({ ...over("documents"), limit: 1 });
  });
});

describe("hidden sizes and bytes of an entry", () => {
  let inflated = 0;
  class Counting {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
    constructor(format: string) {
      const inner = new DecompressionStream(format === "gzip" ? "gzip" : "deflate-raw");
      this.writable = inner.writable;
      this.readable = inner.readable.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, out) {
            inflated += chunk.byteLength;
            out.enqueue(chunk);
          },
        }),
      );
    }
  }
  // The global of zip.js; only the formats that it passes differ in the types.
  afterAll(() => configure({ DecompressionStream: trusted(globalThis.DecompressionStream) }));

  test("a bomb with a false size is stopped near the size that it declares", async () => {
    configure({ DecompressionStream: Counting });
    const zeros = new Uint8Array(64 * 1_048_576);
    const pieces = await raw({ name: "bomba.xml", bytes: zeros, declares: 10_000 });
    expect(inflated).toBe(0);
    expect(await refusalOf(pieces[0])).toEqual({ code: "batch.unreadable_entry", why: "corrupt" });
    expect(inflated).toBeGreaterThan(10_000);
    expect(inflated).toBeLessThan(20 * 1_048_576);
  });

  test("a look at the first KiB of an entry does not inflate the rest", async () => {
    configure({ DecompressionStream: Counting });
    inflated = 0;
    const text = Array.from({ length: 900_000 }, (_, i) => `<a${(i * 7_919) % 99_991}/>`).join("");
    const pieces = await raw({ name: "nota", bytes: text.slice(0, 9_000_000) });
    expect(pieces[0]?.kind).toBe("document");
    expect(inflated).toBeLessThan(1_048_576);
  });

  test("an aborted request stops listing and inflating", async () => {
    const signal = AbortSignal.abort(new Error("foi embora"));
    const zip = sent(rawZip([{ name: "a.xml", bytes: XML }]));
    expect(await failureOf(unpack([zip], BATCH_LIMITS, signal))).toMatchObject({
      message: "foi embora",
    });
    const [piece] = await unpack([zip]);
    if (piece?.kind !== "document") throw new Error("not a document");
    expect(await failureOf(piece.bytes(signal))).toMatchObject({ message: "foi embora" });
  });
});
