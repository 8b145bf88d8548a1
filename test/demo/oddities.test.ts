import { expect, test } from "bun:test";
import { Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { XMLParser } from "fast-xml-parser";
import { SaxesParser } from "saxes";
import { scaled } from "../../src/synthetic/amounts.ts";
import { cancellationEvent, otherDocuments } from "../../src/synthetic/events.ts";
import { MALFORMED, WELL_FORMED } from "../../src/synthetic/malformed.ts";
import { NoteStream } from "../../src/synthetic/note-stream.ts";
import { ODDITIES } from "../../src/synthetic/oddities.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { zipBomb, zipOf } from "../../src/synthetic/zip.ts";

const oddity = (name: string): Uint8Array => {
  const found = ODDITIES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no oddity ${name}`);
  return found.bytes();
};
const LATIN = new Set(["iso-8859-1", "latin-1-undeclared", "windows-1252"]);
const text = (name: string): string => new TextDecoder().decode(oddity(name));

/** Whether a checking parser takes the text; DOCTYPE is well-formed XML and still none of ours. */
function wellFormed(xml: string): boolean {
  let good = true;
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", () => {
    good = false;
  });
  parser.on("doctype", () => {
    good = false;
  });
  parser.write(xml).close();
  return good;
}

test("oddities have distinct names, and each gives the same bytes twice", () => {
  expect(new Set(ODDITIES.map((one) => one.name)).size).toBe(ODDITIES.length);
  for (const { bytes } of ODDITIES) expect(bytes()).toEqual(bytes());
});

test("oddities are encoded as their declarations say", () => {
  expect([...oddity("bom").subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect([...oddity("utf-16").subarray(0, 2)]).toEqual([0xff, 0xfe]);
  expect(new TextDecoder("utf-16le").decode(oddity("utf-16"))).toContain("PÃO DE AÇÚCAR");
  expect(new TextDecoder("windows-1252").decode(oddity("windows-1252"))).toContain("– “3KG”");
  for (const name of LATIN)
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(oddity(name))).toThrow();
  expect(text("crlf")).toContain(">\r\n<");
});

test("oddities are well-formed XML exactly when they are expected to be readable", () => {
  for (const { name, bytes, expected } of ODDITIES) {
    const encoding = name === "utf-16" ? "utf-16le" : LATIN.has(name) ? "windows-1252" : "utf-8";
    const xml = new TextDecoder(encoding).decode(bytes());
    expect([name, wellFormed(xml)]).toEqual([name, expected.code !== "nfe.malformed_xml"]);
  }
});

test("a validating parser refuses every malformed document, and accepts every unusual well-formed one", () => {
  const deep = (name: string) => name === "five thousand levels deep";
  for (const { name, bytes } of MALFORMED)
    if (!deep(name)) expect([name, wellFormed(decoded(bytes))]).toEqual([name, false]);
  for (const { name, bytes } of WELL_FORMED)
    expect([name, wellFormed(decoded(bytes))]).toEqual([name, true]);
});

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}

test("the largest note has as many items as the layout allows, and right totals", () => {
  const xml = text("items-990");
  expect([...xml.matchAll(/<det nItem="(\d+)">/g)].at(-1)?.[1]).toBe("990");
  const [goods = ""] = xml.split("<total>");
  const sum = [...goods.matchAll(/<vProd>([^<]*)</g)].reduce(
    (s, m) => s + scaled(m[1] ?? "0", 2),
    0,
  );
  expect(scaled(/<total>.*<vProd>([^<]*)</.exec(xml)?.[1] ?? "0", 2)).toBe(sum);
});

test("an event has its note's key in its Id, and other documents have the root of their name", () => {
  const { accessKey } = syntheticNote();
  expect(cancellationEvent(accessKey, { sequence: 3 })).toContain(`Id="ID110111${accessKey}03"`);
  for (const { name, xml } of otherDocuments(accessKey))
    expect(xml).toMatch(new RegExp(`<(soap:)?${name}[ >]`));
});

test("a stream of notes never repeats a key, and every note has right totals", () => {
  const stream = new NoteStream({ items: 3, products: 7, seed: 5 });
  const notes = Array.from({ length: 200 }, () => stream.next());
  expect(new Set(notes.map((note) => note.accessKey)).size).toBe(200);
  const again = new NoteStream({ items: 3, products: 7, seed: 5 });
  expect(again.next()).toEqual(notes[0] ?? again.next());
  for (const { xml, accessKey } of notes) {
    const { infNFe } = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(xml)
      .nfeProc.NFe;
    expect(infNFe["@_Id"]).toBe(`NFe${accessKey}`);
    const values: number[] = infNFe.det.map((det: { prod: { vProd: string } }) =>
      scaled(det.prod.vProd, 2),
    );
    expect(scaled(infNFe.total.ICMSTot.vProd, 2)).toBe(values.reduce((a, b) => a + b, 0));
    expect(infNFe.total.ICMSTot.vNF).toBe(infNFe.pag.detPag.vPag);
    expect(xml).not.toContain("{{");
  }
});

test("a ZIP keeps its files in order, and a bomb is small and inflates to its declared size", async () => {
  const bytes = new TextEncoder().encode("<a/>");
  const zip = await zipOf([
    { name: "notas/", bytes },
    { name: "notas/b.xml", bytes },
    { name: "a.xml", bytes },
  ]);
  const entries = await new ZipReader(new Uint8ArrayReader(zip), {
    useWebWorkers: false,
  }).getEntries();
  expect(entries.map((entry) => entry.filename)).toEqual(["notas/", "notas/b.xml", "a.xml"]);
  const bomb = await zipBomb({ entries: 2, bytesEach: 5_000_000 });
  expect(bomb.length).toBeLessThan(20_000);
  const inside = await new ZipReader(new Uint8ArrayReader(bomb), {
    useWebWorkers: false,
  }).getEntries();
  expect(inside.map((entry) => entry.uncompressedSize)).toEqual([5_000_000, 5_000_000]);
});
