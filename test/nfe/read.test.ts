import { describe, expect, test } from "bun:test";
import { cpfOf } from "../../src/synthetic/access-keys.ts";
import { cp1252, utf8 } from "../../src/synthetic/bytes.ts";
import {
  cancellationEvent,
  otherDocuments,
  withGluedCancellation,
} from "../../src/synthetic/events.ts";
import { someItems, syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import {
  errorsIn,
  failureIn,
  noteIn,
  pathsIn,
  readingIn,
  readText,
} from "../support/xml/read-notes.ts";

const ordinary = syntheticNote({ seed: 12, items: 3 });
const { xml, accessKey } = ordinary;
const NAMESPACE = ' xmlns="http://www.portalfiscal.inf.br/nfe"';

describe("the content of a note", () => {
  test("an nfeProc gives key, parties, items, totals, protocol and signature of its note", () => {
    const { note, findings } = readingIn(xml);
    expect(note).toMatchObject({
      accessKey,
      layout: "4.00",
      ide: { mod: "55", tpNF: "1", tpAmb: "1", finNFe: "1", nNF: "12" },
      protocol: { chNFe: accessKey, cStat: "100", tpAmb: "1" },
      signature: { referenceUri: `#NFe${accessKey}` },
      cancelledBy: [],
    });
    expect([note.emit.cnpj, note.dest?.cnpj]).toEqual([accessKey.slice(6, 20), expect.any(String)]);
    expect(note.items.map(({ nItem }) => Number(nItem))).toEqual([1, 2, 3]);
    expect(findings).toEqual([]);
  });

  test("a bare NFe is read without a protocol", () => {
    const { note } = readingIn(syntheticNote({ seed: 12, items: 3, root: "NFe" }).xml);
    expect(note).toEqual({ ...noteIn(xml), protocol: null });
  });

  test("ISO-8859-1 and windows-1252 documents are read", () => {
    for (const label of ["ISO-8859-1", "Windows-1252"])
      expect(noteIn(cp1252(xml.replace("UTF-8", label)))).toEqual(noteIn(xml));
  });

  test("prefixes, comments, CDATA, indentation and a missing namespace do not change the content of a note", () => {
    const plain = noteIn(xml);
    const prefixed = xml
      .replaceAll(NAMESPACE, ' xmlns:n="http://www.portalfiscal.inf.br/nfe"')
      .replace(/<(\/?)(?![?]|\/?Signature)([A-Za-z])/g, "<$1n:$2");
    const signature = /<Signature.*<\/Signature>/s.exec(xml)?.[0] ?? "";
    expect(noteIn(prefixed.replace(/<Signature.*<\/n?:?Signature>/s, signature))).toEqual(plain);
    expect(noteIn(xml.replaceAll("><", ">\r\n  <"))).toEqual(plain);
    expect(noteIn(xml.replace(/<xProd>([^<&]*)</, "<xProd><!-- a --><![CDATA[$1]]> <"))).toEqual(
      plain,
    );
    expect(noteIn(xml.replaceAll(NAMESPACE, ""))).toEqual(plain);
  });

  test("layouts 3.10 and 2.00 are read, with a date without time and lots in med", () => {
    const older = noteIn(syntheticNote({ seed: 12, layout: "2.00", root: "NFe" }).xml);
    expect(older).toMatchObject({ layout: "2.00" });
    expect(older.ide.issuedAt).toMatch(/^\d{4}-\d\d-\d\d$/);
    const lots = [
      { nLote: "A", qLote: "7.000", dFab: "2026-03-01", dVal: "2028-02-29" },
      { nLote: "B", qLote: "5.000", dFab: "2026-03-01", dVal: "2028-03-31" },
    ];
    const items = [{ cProd: "1", xProd: "x", uCom: "UN", qCom: "12", vUnCom: "1", lots }];
    const traced = syntheticNote({ seed: 12, layout: "3.10", items }).xml.replaceAll(
      "rastro>",
      "med>",
    );
    expect(traced).toContain("<med>");
    expect(noteIn(traced).items[0]?.lots.map(({ nLote, qLote }) => [nLote, qLote.e4])).toEqual([
      ["A", 70_000],
      ["B", 50_000],
    ]);
    const others = readingIn(traced.replace("7.000", "9.000"));
    expect(others.note.items[0]?.lots).toEqual([]);
    expect(others.findings.map(({ code }) => code)).toContain("lots_left_out");
  });

  test("an invalid note of an enviNFe does not affect the other notes", () => {
    const batch = syntheticBatch([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
    const read = readText(
      batch.xml.replace("<cProd>", "<cProdX>").replace("</cProd>", "</cProdX>"),
    );
    if (!read.ok || read.value.kind !== "notes") throw new Error("no notes");
    const [bad, ...good] = read.value.notes;
    expect(good.map((each) => each.ok && each.value.note.accessKey)).toEqual(
      batch.accessKeys.slice(1),
    );
    expect(bad).toMatchObject({
      ok: false,
      error: { errors: [{ path: "/enviNFe/NFe[1]/infNFe/det[1]/prod/cProd", code: "missing" }] },
    });
  });

  test("a batch has at most 50 notes", () => {
    const batch = syntheticBatch([{ seed: 1 }]).xml;
    const nfe = /<NFe.*<\/NFe>/s.exec(batch)?.[0] ?? "";
    expect(pathsIn(batch.replace(nfe, nfe.repeat(51)))).toEqual(["/enviNFe/NFe[51] too_many"]);
    const read = readText(batch.replace(nfe, nfe.repeat(50)));
    expect(read.ok && read.value.kind === "notes" && read.value.notes.length).toBe(50);
  });

  test("a registered cancellation after the protocol is read, whole or only its answer", () => {
    const glued = withGluedCancellation(xml, accessKey);
    const [event] = noteIn(glued).cancelledBy;
    expect(event).toMatchObject({ accessKey, type: "110111", sequence: 1, cStat: "135" });
    const answer = /<retEvento.*<\/retEvento>/s.exec(cancellationEvent(accessKey))?.[0] ?? "";
    const answered = xml.replace("</nfeProc>", `${answer}</nfeProc>`);
    expect(noteIn(answered).cancelledBy).toMatchObject([
      { accessKey, type: "110111", sequence: 1, cStat: "135", nProt: event?.nProt, text: null },
    ]);
    expect(noteIn(answered.replace(">135<", ">573<")).cancelledBy).toEqual([]);
    expect(noteIn(answered.replaceAll("110111", "110110")).cancelledBy).toEqual([]);
  });
});

describe("documents that are not a note", () => {
  // Answers with documents in them are containers (container.test.ts).
  const others = otherDocuments(accessKey).filter(
    ({ name }) => name !== "retDistDFeInt" && name !== "retConsSitNFe",
  );
  test.each(others.map(({ name, xml: other }) => [name, other] as const))(
    "%s is named in the refusal",
    (name, other) => {
      const failure = failureIn(other);
      expect(failure.code).toBe("nfe.not_an_nfe");
      expect(failure.code === "nfe.not_an_nfe" && failure.got).toContain(name);
    },
  );

  test("roots with NF-e names in another namespace are not NF-e", () => {
    const strange = xml.replaceAll("portalfiscal.inf.br/nfe", "portalfiscal.inf.br/cte");
    expect(failureIn(strange)).toEqual({
      code: "nfe.not_an_nfe",
      got: "nfeProc (http://www.portalfiscal.inf.br/cte)",
    });
  });
});

describe("documents with no note, or with more than one", () => {
  test("an empty nfeProc is refused because it has no note", () => {
    expect(pathsIn(`<nfeProc${NAMESPACE}/>`)).toEqual(["/nfeProc/NFe missing"]);
    expect(pathsIn(`<nfeProc${NAMESPACE}><NFe/></nfeProc>`)).toEqual([
      "/nfeProc/NFe/infNFe missing",
    ]);
    expect(pathsIn(`<enviNFe${NAMESPACE}/>`)).toEqual(["/enviNFe/NFe missing"]);
  });

  test("the items of two notes in one nfeProc are never merged", () => {
    const nfe = /<NFe.*<\/NFe>/s.exec(xml)?.[0] ?? "";
    expect(pathsIn(xml.replace(nfe, nfe + nfe))).toEqual(["/nfeProc/NFe[2] duplicate"]);
    const infNFe = /<infNFe.*<\/infNFe>/s.exec(xml)?.[0] ?? "";
    expect(pathsIn(xml.replace(infNFe, infNFe + infNFe))).toEqual([
      "/nfeProc/NFe/infNFe[2] duplicate",
    ]);
  });

  test("content after the root is malformed", () => {
    expect(failureIn(`${xml}<nfeProc/>`).code).toBe("nfe.malformed_xml");
    expect(failureIn(`${xml}lixo`).code).toBe("nfe.malformed_xml");
  });

  test("a note without items, or with more than 990, is refused", () => {
    expect(pathsIn(xml.replace(/<det .*<\/det>/s, ""))).toEqual([
      "/nfeProc/NFe/infNFe/det missing",
    ]);
    const many = syntheticNote({ items: someItems(1, 1) }).xml.replace(
      /<det .*<\/det>/s,
      "<det/>".repeat(5_000),
    );
    expect(errorsIn(many)).toEqual([
      expect.objectContaining({
        path: "/nfeProc/NFe/infNFe/det[991]",
        code: "too_many",
        expected: "990",
        got: "5000",
      }),
    ]);
  });

  test("990 items are read", () => {
    expect(noteIn(syntheticNote({ items: someItems(990, 4) }).xml).items).toHaveLength(990);
  });
});

describe("the access key comes from infNFe/@Id alone", () => {
  const withId = (id: string) => xml.replace(/ Id="[^"]*"/, ` Id="${id}"`);
  test.each([
    ["44 zeros less one", `NFe${"0".repeat(43)}`, "length"],
    [
      "another check digit",
      `NFe${accessKey.slice(0, 43)}${(Number(accessKey[43]) + 1) % 10}`,
      "check_digit",
    ],
    ["letters in its number", `NFe${accessKey.slice(0, 30)}ABCD${accessKey.slice(34)}`, "charset"],
    ["nothing in it", "", "length"],
  ])("an Id with %s is refused", (_, id, why) => {
    expect(failureIn(withId(id))).toMatchObject({ code: "nfe.access_key", why, got: id });
  });

  test("an Id without NFe before the key is accepted", () => {
    expect(noteIn(withId(accessKey)).accessKey).toBe(accessKey);
    expect(pathsIn(xml.replace(/ Id="NFe[^"]*"/, ""))).toEqual(["/nfeProc/NFe/infNFe/@Id missing"]);
  });

  test("keys with the letters of an alphanumeric CNPJ are read", () => {
    const cnpj = "12ABC34501DE35";
    const note = noteIn(syntheticNote({ emit: { cnpj, name: "X LTDA" } }).xml);
    expect([note.emit.cnpj, note.accessKey.slice(6, 20)]).toEqual([cnpj, cnpj]);
  });
});

test("emitters and recipients may be persons or foreigners, masked or absent", () => {
  const cpf = cpfOf("318274905");
  const person = noteIn(syntheticNote({ emit: { cpf, name: "SITIO" }, serie: "920" }).xml);
  expect(person.emit).toMatchObject({ cnpj: null, cpf, foreignId: null });
  expect(noteIn(syntheticNote({ dest: null }).xml).dest).toBeNull();
  const { cnpj } = noteIn(xml).emit;
  const masked = `${cnpj?.slice(0, 2)}.${cnpj?.slice(2, 8)}/${cnpj?.slice(8)}`;
  expect(noteIn(xml.replace(`<CNPJ>${cnpj}<`, `<CNPJ> ${masked}<`)).emit.cnpj).toBe(cnpj);
  const foreign = xml.replace(
    /<dest><CNPJ>[^<]*<\/CNPJ>/,
    "<dest><CNPJ/><idEstrangeiro>P 123</idEstrangeiro>",
  );
  expect(noteIn(foreign).dest).toMatchObject({ cnpj: null, cpf: null, foreignId: "P 123" });
});

test("elements that the layout does not know are ignored with a finding that names them", () => {
  const strange = xml
    .replace("</ide>", "<cNovo>1</cNovo></ide>")
    .replace("</prod>", "<__proto__>1</__proto__></prod>")
    .replace("<qCom>", '<x:qCom xmlns:x="urn:x">999</x:qCom><qCom>');
  const { note, findings } = readingIn(strange);
  expect(note).toEqual(noteIn(xml));
  expect(findings).toEqual([
    {
      code: "unknown_elements",
      severity: "info",
      path: null,
      params: { count: 3, names: ["cNovo", "qCom", "__proto__"], more: false },
    },
  ]);
});

test("a note goes through JSON unchanged", () => {
  const reading = readingIn(withGluedCancellation(xml, accessKey));
  expect(JSON.parse(JSON.stringify(reading))).toEqual(reading);
  expect(readText(xml)).toEqual(readText(new TextDecoder().decode(utf8(xml))));
});
