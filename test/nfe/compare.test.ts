import { expect, test } from "bun:test";
import { compareDocuments } from "../../src/nfe/read/compare.ts";
import { cp1252, utf8, utf16 } from "../../src/synthetic/bytes.ts";
import { syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";

const { xml, accessKey } = syntheticNote({ seed: 61 });
const bare = syntheticNote({ seed: 61, root: "NFe" }).xml;
const compare = (stored: string | Uint8Array, sent: string | Uint8Array) =>
  compareDocuments(
    typeof stored === "string" ? utf8(stored) : stored,
    typeof sent === "string" ? utf8(sent) : sent,
    accessKey,
  );

test("the same note in another XML form is the same", () => {
  const prefixed = xml
    .replace(/<Signature.*<\/Signature>/s, "")
    .replaceAll(
      ' xmlns="http://www.portalfiscal.inf.br/nfe"',
      ' xmlns:n="http://www.portalfiscal.inf.br/nfe"',
    )
    .replace(/<(\/?)([A-Za-z])/g, "<$1n:$2");
  const clothes = [
    xml,
    prefixed,
    xml.replaceAll("><", ">\r\n\t<"),
    xml.replace("<ide>", "<!-- x --><ide>"),
    xml.replace(/<xProd>([^<&]*)</g, "<xProd><![CDATA[$1]]><"),
    xml.replace(/versao="4.00" Id=("[^"]*")/, "Id=$1 versao='4.00'"),
    xml.slice(xml.indexOf("<nfeProc")),
    `\ufeff${xml}`,
    cp1252(xml.replace("UTF-8", "windows-1252")),
    utf16(xml.replace("UTF-8", "UTF-16")),
  ];
  for (const other of clothes)
    expect([compare(xml, other), compare(other, xml)]).toEqual(["same", "same"]);
});

test("a protocol completes the note that lacked it", () => {
  expect(compare(bare, xml)).toBe("completes");
  expect(compare(xml, bare)).toBe("same");
  expect(compare(bare, bare)).toBe("same");
});

test("a protocol with another answer, number or note differs", () => {
  for (const [field, value] of [
    ["cStat", "110"],
    ["nProt", "135260000000009"],
    ["chNFe", "0"],
  ])
    expect(
      compare(xml, xml.replace(new RegExp(`(<infProt>.*<${field}>)[^<]*<`), `$1${value}<`)),
    ).toBe("differs");
  expect(compare(xml, xml.replace(/<xMotivo>[^<]*</, "<xMotivo>Autorizada<"))).toBe("same");
});

test("any other content in infNFe differs, also in elements that are not read", () => {
  const changes = [
    xml.replace(/<qCom>[^<]*</, "<qCom>9.0000<"),
    xml.replace(/<xProd>/, "<xProd> "),
    xml.replace(/<verProc>[^<]*</, "<verProc>outro<"),
    xml.replace("</ide>", "<cNovo/></ide>"),
    xml.replace(/<det nItem="1">/, '<det nItem="9">'),
    xml.replace(/<det nItem="1">/, '<det nItem="1" outro="">'),
    xml.replace(/(<cUF>[^<]*<\/cUF>)(<cNF>[^<]*<\/cNF>)/, "$2$1"),
  ];
  for (const changed of changes) {
    expect(changed).not.toBe(xml);
    expect([compare(xml, changed), compare(bare, changed)]).toEqual(["differs", "differs"]);
  }
});

test("a note is found among those of a batch", () => {
  const batch = syntheticBatch([{ seed: 60 }, { seed: 61 }, { seed: 62 }]).xml;
  expect([compare(batch, xml), compare(xml, batch), compare(batch, batch)]).toEqual([
    "completes",
    "same",
    "same",
  ]);
});

test("an unreadable document, or one without the note, differs", () => {
  const other = syntheticNote({ seed: 63 }).xml;
  for (const strange of ["", "<a/>", xml.slice(0, 900), other, "<nfeProc/>", "<NFe/>"])
    expect([compare(xml, strange), compare(strange, xml)]).toEqual(["differs", "differs"]);
});
