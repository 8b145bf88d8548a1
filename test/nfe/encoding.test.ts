import { expect, test } from "bun:test";
import { xmlReason } from "../../src/messages/pt-BR/documents/xml-reasons.ts";
import { decodeXml } from "../../src/nfe/xml/encoding.ts";
import { cp1252, utf8, utf16 } from "../../src/synthetic/bytes.ts";
import { DECLARATION, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { failureIn, readingIn } from "../support/xml/read-notes.ts";

const NAME = "AÇÚCAR “ÓTIMO” – 5 € à pão";
const note = syntheticNote({
  seed: 8,
  items: [{ cProd: "1", xProd: NAME, uCom: "UN", qCom: "1", vUnCom: "1" }],
}).xml;
const body = note.slice(DECLARATION.length);
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${body}`;
const named = (bytes: Uint8Array) => {
  const { note: read, findings } = readingIn(bytes);
  return [read.items[0]?.xProd, findings.some(({ code }) => code === "encoding_guessed")];
};
const bigEndian = (text: string) => {
  const bytes = utf16(text);
  for (let at = 0; at < bytes.length; at += 2) bytes.set([bytes[at + 1] ?? 0, bytes[at] ?? 0], at);
  return bytes;
};

test.each([
  ["UTF-8 that says so", utf8(note)],
  ["UTF-8 that says nothing", utf8(body)],
  ["UTF-8 with a mark", utf8(`\ufeff${note}`)],
  [
    "UTF-8 with a mark that declares ISO-8859-1: the mark counts",
    utf8(`\ufeff${declared("ISO-8859-1")}`),
  ],
  ["utf8 without its dash", utf8(declared("utf8"))],
  ["windows-1252", cp1252(declared("windows-1252"))],
  [
    "ISO-8859-1, with the letters of windows-1252 that senders mean",
    cp1252(declared("ISO-8859-1")),
  ],
  [
    "iso-8859-1 in small letters and single quotes",
    cp1252(declared("iso-8859-1").replaceAll('"', "'")),
  ],
  ["UTF-16 with a mark", utf16(declared("UTF-16"))],
  ["UTF-16 with a mark, big end first", bigEndian(declared("UTF-16"))],
  ["UTF-16 without a mark", utf16(declared("UTF-16")).slice(2)],
  ["UTF-16 without a mark, big end first", bigEndian(declared("UTF-16")).slice(2)],
  ["UTF-16 that says nothing", utf16(body)],
])("%s is read without a changed letter", (_, bytes) => {
  expect(named(bytes)).toEqual([NAME, false]);
});

test("bytes that are not UTF-8, without a declared encoding, are read as windows-1252 with a finding", () => {
  expect(named(cp1252(body))).toEqual([NAME, true]);
  expect(named(cp1252(`<?xml version="1.0"?>${body}`))).toEqual([NAME, true]);
});

test("the euro sign of ISO-8859-15 is read", () => {
  const bytes = Uint8Array.from([
    ...utf8(`<?xml version="1.0" encoding="ISO-8859-15"?><a>`),
    0xa4,
    ...utf8("</a>"),
  ]);
  const decoded = decodeXml(bytes);
  expect(decoded.ok && decoded.value.text.endsWith("<a>€</a>")).toBe(true);
});

test.each([
  ["windows-1252 that declares UTF-8", cp1252(note), "UTF-8"],
  [
    "windows-1252 behind a mark of UTF-8",
    Uint8Array.from([0xef, 0xbb, 0xbf, ...cp1252(body)]),
    "UTF-8",
  ],
  ["UTF-8 that declares UTF-16", utf8(declared("UTF-16")), "UTF-16"],
  ["accents in what declares US-ASCII", utf8(declared("US-ASCII")), "ASCII"],
  ["an unknown encoding", utf8(declared("KLINGON-1")), "KLINGON-1"],
  ["UTF-16 cut in the middle of a letter", utf16(note).slice(0, -1), "UTF-16"],
  ["no bytes at all", new Uint8Array(), "vazio"],
  ["a picture", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), ""],
])("%s is malformed for a named reason", (_, bytes, why) => {
  const failure = failureIn(bytes);
  expect(failure.code === "nfe.malformed_xml" && xmlReason(failure.why, failure.value)).toContain(
    why,
  );
});

test("US-ASCII without accents is read", () => {
  const ascii = declared("US-ASCII")
    .replace(NAME, "ACUCAR")
    .replace(/[^\x20-\x7e]/g, "");
  expect(named(utf8(ascii))).toEqual(["ACUCAR", false]);
});
