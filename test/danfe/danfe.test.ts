import { expect, test } from "bun:test";
import { danfeOf, MAX_CHARACTERS } from "../../src/danfe/danfe.ts";
import { danfePdf } from "../../src/danfe/pdf/danfe-pdf.ts";
import { PAGE } from "../../src/danfe/pdf/pdf-file.ts";
import { ODDITIES } from "../../src/synthetic/oddities.ts";
import { syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { danfeIn, pdfOf } from "../support/danfe/drawn.ts";
import { NO_EVENTS, ODD_PAPERS } from "../support/danfe/odd-papers.ts";
import { readPdf } from "../support/danfe/read-pdf.ts";
import { testInFull } from "../support/full.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

for (const paper of ODD_PAPERS)
  (paper.name === "items-990" ? testInFull : test)(
    `the paper of ${paper.name} has its marks, its texts and all its pages`,
    async () => {
      const danfe = danfeIn(paper);
      expect([...danfe.marks]).toEqual([...paper.marks]);
      const bytes = await pdfOf(paper);
      const { misplaced, pages } = readPdf(bytes);
      expect(misplaced).toEqual([]);
      const texts = pages.flatMap((page) => page.texts);
      const all = texts.map(({ text }) => text).join("\n");
      expect(paper.says.filter((text) => !all.includes(text))).toEqual([]);
      pages.forEach((page, at) => {
        const own = page.texts.map(({ text }) => text);
        expect(own).toContain(`FOLHA ${at + 1}/${pages.length}`);
        expect(own).toContain(danfe.keyText);
        for (const mark of danfe.marks) expect(page.operators).toContain(`(${mark}) Tj`);
      });
      const outside = texts.filter(
        ({ x, y, size }) => x < 20 || x > PAGE.width - 20 || y < 18 || y + size > PAGE.height - 18,
      );
      expect(outside).toEqual([]);
    },
  );

test("each item stands on the paper once, and no two texts of a page are at one place", async () => {
  const [, many] = ODD_PAPERS;
  if (many === undefined) throw new Error("no paper");
  const { pages } = readPdf(await pdfOf(many));
  const codes = danfeIn(many).items.map(({ cells }) => cells[0] ?? "");
  expect(new Set(codes).size).toBe(990);
  const drawn = pages.flatMap(({ texts }) => texts.map(({ text }) => text));
  const seen = new Map<string, number>();
  for (const text of drawn) seen.set(text, (seen.get(text) ?? 0) + 1);
  expect(codes.filter((code) => seen.get(code) !== 1)).toEqual([]);
  for (const { texts } of pages)
    expect(new Set(texts.map(({ x, y }) => `${x} ${y}`)).size).toBe(texts.length);
});

test("the same paper gives the same bytes, and an aborted one ends", async () => {
  const [paper] = ODD_PAPERS;
  if (paper === undefined) throw new Error("no paper");
  expect(Bun.SHA256.hash(await pdfOf(paper), "hex")).toBe(
    Bun.SHA256.hash(await pdfOf(paper), "hex"),
  );
  const gone = AbortSignal.abort(new Error("gone"));
  expect(danfePdf(danfeIn(paper), gone)).rejects.toThrow("gone");
});

test("every unusual document that is accepted as a note can be printed", async () => {
  for (const { name, bytes, expected } of ODDITIES) {
    if (expected.status !== 200 || expected.event === true || name === "items-990") continue;
    const xml = bytes();
    const text = new TextDecoder(name === "utf-16" ? "utf-16le" : "latin1").decode(xml);
    const key = /NFe([0-9A-Z]{44})/.exec(text)?.[1] ?? "";
    const danfe = danfeOf(xml, key, NO_EVENTS);
    expect([name, danfe.ok]).toEqual([name, true]);
    if (danfe.ok) readPdf(await danfePdf(danfe.value, new AbortController().signal));
  }
});

test("the paper is that of the key that is asked for, also in a batch of several notes", () => {
  const batch = syntheticBatch([{ seed: 1 }, { seed: 2, nNF: "777" }]);
  const second = danfeOf(utf8(batch.xml), batch.accessKeys[1] ?? "", NO_EVENTS);
  expect(second).toMatchObject({ ok: true, value: { number: "000.000.777" } });
  const other = syntheticNote({ seed: 9 }).accessKey;
  expect(danfeOf(utf8(batch.xml), other, NO_EVENTS)).toEqual({ ok: false, error: "unreadable" });
  expect(danfeOf(utf8("<a>"), other, NO_EVENTS)).toEqual({ ok: false, error: "unreadable" });
});

test("a cancellation that stands in the document's protocol marks the paper", () => {
  for (const cStat of ["101", "151", "155"]) {
    const { xml, accessKey } = syntheticNote({ seed: 3, protocol: { cStat } });
    expect(danfeOf(utf8(xml), accessKey, NO_EVENTS)).toMatchObject({
      value: { marks: ["CANCELADA"], notices: ["Nota cancelada."] },
    });
  }
});

test("a protocol of another note, or of another environment, gives no value to the paper", () => {
  for (const protocol of [
    { chNFe: "35260911222333000181550010000001231000000420" },
    { tpAmb: "2" },
  ]) {
    const { xml, accessKey } = syntheticNote({ seed: 3, protocol });
    expect(danfeOf(utf8(xml), accessKey, NO_EVENTS)).toMatchObject({
      value: { marks: ["SEM VALOR FISCAL"] },
    });
  }
});

test("texts beyond the most that a paper has are refused", () => {
  const { xml, accessKey } = syntheticNote({ seed: 4 });
  const field = `<obsCont xCampo="x"><xTexto>${"x".repeat(60_000)}</xTexto></obsCont>`;
  const long = xml.replace(
    "</infCpl>",
    `</infCpl>${field.repeat(Math.ceil(MAX_CHARACTERS / 60_000))}`,
  );
  expect(danfeOf(utf8(long), accessKey, NO_EVENTS)).toEqual({ ok: false, error: "too_long" });
});

test("characters that the paper's font lacks are printed as what they look like", async () => {
  const { xml, accessKey } = syntheticNote({ seed: 5, natOp: "VENDA – “À VISTA” ✓ Ł" });
  const danfe = danfeOf(utf8(xml), accessKey, NO_EVENTS);
  if (!danfe.ok) throw new Error(danfe.error);
  const { pages } = readPdf(await danfePdf(danfe.value, new AbortController().signal));
  expect(pages[0]?.texts.map(({ text }) => text)).toContain('VENDA - "À VISTA" ? ?');
});
