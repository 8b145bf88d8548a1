import { describe, expect, test } from "bun:test";
import type { Container, Part } from "../../src/nfe/document.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import type { Encoding } from "../../src/nfe/xml/encoding.ts";
import {
  distribution,
  distributionOf,
  docZip,
  inSoap,
  statusAnswer,
  withoutDeclaration,
} from "../../src/synthetic/answers.ts";
import { cancellationEvent, correctionLetter } from "../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const { xml, accessKey } = syntheticNote({ seed: 1 });
const protNFe = /<protNFe.*<\/protNFe>/s.exec(xml)?.[0] ?? "";

function opened(bytes: Uint8Array): Container {
  const read = readDocument(bytes);
  if (!read.ok || read.value.kind !== "container") throw new Error(JSON.stringify(read));
  return read.value;
}

const names = (text: string) => opened(utf8(text)).parts.map(({ name }) => name);
const textOf = (part: Part | undefined, encoding: Encoding = "utf-8") =>
  part?.kind === "piece" ? new TextDecoder(encoding, { ignoreBOM: true }).decode(part.bytes) : null;

const failureIn = (text: string) => {
  const read = readDocument(utf8(text));
  return read.ok ? null : read.error;
};

describe("an answer of a service", () => {
  test("a distribution has one gzip for each docZip, named by its NSU", async () => {
    const text = await distribution([
      { nsu: 7, xml },
      { nsu: 12, xml: cancellationEvent(accessKey) },
    ]);
    for (const sent of [text, inSoap(text), inSoap(text, "1.1")]) {
      const container = opened(utf8(sent));
      expect(container).toMatchObject({ root: "retDistDFeInt", type: "distribution" });
      const [first, second] = container.parts;
      expect([first?.name, first?.kind]).toEqual(["NSU 000000000000007", "gzip"]);
      expect([second?.name, second?.kind]).toEqual(["NSU 000000000000012", "gzip"]);
      const packed = first?.kind === "gzip" ? first.bytes : new Uint8Array();
      expect(new TextDecoder().decode(Bun.gunzipSync(packed))).toBe(xml);
    }
  });

  test("a docZip over the longest text of a note is read", async () => {
    const random = new Uint8Array(150_000).map((_, i) => (i * 7919 + (i >> 3) * 104_729) & 255);
    const text = await distribution([
      { nsu: 1, xml: crypto.getRandomValues(random.subarray(0, 65_536)) },
      { nsu: 2, xml: random },
    ]);
    expect(text.length).toBeGreaterThan(80_000);
    expect(names(text)).toEqual(["NSU 000000000000001", "NSU 000000000000002"]);
  });

  test("a docZip that is no base64 is damaged alone, and blanks in base64 do not count", async () => {
    const text = distributionOf([
      docZip(1, "H4sI_não"),
      docZip(2, ""),
      docZip(3, "<NFe/>"),
      docZip(4, "QUJD\n  REVG "),
    ]);
    expect(opened(utf8(text)).parts).toEqual([
      { name: "NSU 000000000000001", kind: "damaged" },
      { name: "NSU 000000000000002", kind: "damaged" },
      { name: "NSU 000000000000003", kind: "damaged" },
      { name: "NSU 000000000000004", kind: "gzip", bytes: utf8("ABCDEF") },
    ]);
  });

  test("a query of a note has its protocol and its events, byte for byte, in any encoding and with any line ends", () => {
    const events = [cancellationEvent(accessKey), correctionLetter(accessKey)].map((event) =>
      withoutDeclaration(event)
        .replace("><", ">\r\n<!-- ção -->\r<")
        .replace("/evento>", "/evento>\r\n"),
    );
    const text = `${statusAnswer(accessKey, protNFe, events[0] ?? "", "\r\n", events[1] ?? "")}\r\n`;
    const utf16 = new Uint8Array([
      0xff,
      0xfe,
      ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer),
    ]);
    const latin = Uint8Array.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, (c) =>
      c.charCodeAt(0),
    );
    for (const [bytes, encoding] of [
      [utf8(text), "utf-8"],
      [utf8(`\ufeff${text}`), "utf-8"],
      [utf16, "utf-16le"],
      [latin, "windows-1252"],
    ] as const) {
      const container = opened(bytes);
      expect(container.parts.map(({ name }) => name)).toEqual([
        "protNFe 1",
        "procEventoNFe 1",
        "procEventoNFe 2",
      ]);
      expect(container.parts.map((part) => textOf(part, encoding))).toEqual([protNFe, ...events]);
    }
  });

  test("a note in a SOAP message, alone or in an enviNFe, is a piece", () => {
    const note = withoutDeclaration(xml);
    expect(opened(utf8(inSoap(note))).parts.map((part) => textOf(part))).toEqual([note]);
    const batch = withoutDeclaration(syntheticBatch([{ seed: 1 }, { seed: 2 }]).xml);
    expect(names(inSoap(batch, "1.2", "NFeAutorizacao4"))).toEqual(["NFe 1", "NFe 2"]);
  });

  test("an authorisation has its protocols", () => {
    const NS = 'xmlns="http://www.portalfiscal.inf.br/nfe"';
    for (const root of ["retConsReciNFe", "retEnviNFe"]) {
      const text = `<${root} ${NS}><cStat>104</cStat>${protNFe}${protNFe}</${root}>`;
      expect([root, names(text)]).toEqual([root, ["protNFe 1", "protNFe 2"]]);
    }
  });

  test("an answer without documents says what the tax office said", () => {
    expect(opened(utf8(distributionOf([])))).toMatchObject({
      parts: [],
      answer: "137 Nenhum documento localizado",
    });
  });

  test("more than 500 documents are refused", () => {
    const zips = Array.from({ length: 1_000 }, (_, i) => docZip(i, "QUJD"));
    expect(names(distributionOf(zips.slice(0, 500)))).toHaveLength(500);
    expect(failureIn(distributionOf(zips))).toMatchObject({
      code: "nfe.invalid",
      errors: [{ path: "/retDistDFeInt//docZip[501]", code: "too_many", got: "1000" }],
    });
  });

  test("a SOAP Fault and a message about something else are named", () => {
    expect(failureIn(inSoap("<soap:Fault><faultstring>x</faultstring></soap:Fault>"))).toEqual({
      code: "nfe.not_an_nfe",
      got: "SOAP Fault",
      document_type: "soap",
    });
    const cte = '<cteProc xmlns="http://www.portalfiscal.inf.br/cte"/>';
    expect(failureIn(inSoap(cte))).toMatchObject({ got: "cteProc", document_type: "cte" });
  });

  test("a DOCTYPE in an answer is refused, and a note that names an answer in a comment stays a note", () => {
    expect(failureIn(`<!DOCTYPE a>${distributionOf([])}`)).toMatchObject({
      code: "nfe.malformed_xml",
      why: "doctype",
    });
    const read = readDocument(utf8(xml.replace("?>", "?><!-- <retDistDFeInt > -->")));
    expect(read.ok && read.value.kind).toBe("notes");
  });
});
