import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readCertificate } from "../../src/nfe/signature/certificate.ts";
import { noteSignedBy } from "../../src/nfe/signature/signature.ts";
import {
  certificateOf,
  type Otherwise,
  type Signer,
  signer,
} from "../support/signatures/signer.ts";

const KEY = "35260911222333000181550010000001231000000420";
const OTHER = "35260912ABC34501DE35550010000001231000000421";
const NFE = 'xmlns="http://www.portalfiscal.inf.br/nfe"';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

const infNFe = (inside: string, key = KEY) =>
  `<infNFe Id="NFe${key}" versao="4.00">${inside}</infNFe>`;
const INSIDE =
  '<ide><nNF>123</nNF></ide><emit><xNome>Pão &amp; Açúcar</xNome></emit><det nItem="1"><qCom>2.0000</qCom></det>';
const nfe = (inside: string) => `<NFe ${NFE}>${inside}</NFe>`;
const proc = (inside: string, more = "") =>
  `${DECLARATION}<nfeProc ${NFE}${more} versao="4.00">${inside}</nfeProc>`;
const NOTE = proc(nfe(infNFe(INSIDE)));

const utf8 = (text: string) => new TextEncoder().encode(text);
const verifySignature = async (bytes: Uint8Array<ArrayBuffer>, key: string) =>
  (await noteSignedBy(bytes, key)) !== null;
const valid = (text: string, key = KEY) => verifySignature(utf8(text), key);

let own: Signer;
const signed = (xml = NOTE, otherwise?: Otherwise) => own.sign(xml, otherwise);

beforeAll(async () => {
  own = await signer();
});

describe("a signature made by another implementation is accepted", () => {
  const forms: Record<string, string> = {
    "of a plain note": NOTE,
    "of an NFe alone": nfe(infNFe(INSIDE)),
    "with attributes in another order, other quotes and blanks in tags": proc(
      nfe(`<infNFe  versao='4.00'\n Id = "NFe${KEY}" >${INSIDE}</infNFe >`),
    ),
    "with empty tags": proc(nfe(infNFe(`${INSIDE}<a/><b  x="1" /><c></c>`))),
    "with blanks and line ends between elements": proc(nfe(infNFe(`\n  <a>1</a>\n\t<b> 2 </b>\n`))),
    "with references in texts": proc(
      nfe(infNFe(`<x>&lt;&gt;&amp;&quot;&apos;&#65;&#xE7;&#13;&#9; > "</x>`)),
    ),
    "with references in attribute values": proc(
      nfe(infNFe(`<x a="&lt;>&amp;&quot;'&#9;&#10;&#13;&#65;\t\n"/>`)),
    ),
    "with the namespace written once more": proc(
      `<NFe ${NFE}><infNFe ${NFE} versao="4.00" Id="NFe${KEY}">${INSIDE}</infNFe></NFe>`,
    ),
    "with namespaces that an ancestor declares": proc(
      nfe(infNFe(`${INSIDE}<p:y xmlns:p="urn:p" p:b="2" p:a="1" c="0"/>`)),
      ' xmlns:xsi="urn:xsi" xmlns:a="urn:a"',
    ),
    "with a default namespace that is taken back inside": proc(
      nfe(infNFe(`<x xmlns=""><y xmlns=""/><z ${NFE}/></x>`)),
    ),
    "with attributes of several namespaces": proc(
      nfe(infNFe(`<x xmlns:b="urn:1" xmlns:a="urn:2" a:n="1" b:n="2" n="3" m="4" b:a="5"/>`)),
    ),
    "with characters beyond the first plane": proc(nfe(infNFe("<x>\u{1F4E6} €</x>"))),
    "with comments and instructions outside of what is signed": NOTE.replace(
      "<NFe",
      "<!-- a > <b> --><?p q?><NFe",
    ),
  };
  for (const [form, xml] of Object.entries(forms))
    test(form, async () => expect(await valid(signed(xml))).toBe(true));

  test("a signature of a batch counts only under the key of its own note", async () => {
    const two = `<enviNFe ${NFE}>${nfe(infNFe(INSIDE))}${nfe(infNFe("<a>1</a>", OTHER))}</enviNFe>`;
    const first = signed(two, { xpath: `//*[@Id='NFe${KEY}']` });
    const both = signed(first, { xpath: `//*[@Id='NFe${OTHER}']` });
    expect(await valid(first)).toBe(true);
    expect(await valid(first, OTHER)).toBe(false);
    expect(await valid(both)).toBe(true);
    expect(await valid(both, OTHER)).toBe(true);
    const damaged = both.replace("<a>1</a>", "<a>2</a>");
    expect([await valid(damaged), await valid(damaged, OTHER)]).toEqual([true, false]);
  });

  test("a signature is valid in any encoding and with any line ends", async () => {
    const xml = signed(proc(nfe(infNFe(`${INSIDE}\n<a>1</a>\n`))));
    expect(await valid(`\uFEFF${xml}`)).toBe(true);
    expect(await valid(xml.replaceAll("\n", "\r\n"))).toBe(true);
    const latin = xml.replace("UTF-8", "ISO-8859-1");
    const bytes = Uint8Array.from(latin, (character) => character.charCodeAt(0));
    expect(await verifySignature(bytes, KEY)).toBe(true);
    expect(await verifySignature(utf8(latin), KEY)).toBe(false); // read otherwise than it was signed
    const utf16 = new Uint8Array(Uint16Array.from(`\uFEFF${xml}`, (c) => c.charCodeAt(0)).buffer);
    expect(await verifySignature(utf16, KEY)).toBe(true);
  });

  test("a signature with its base64 broken into lines is valid", async () => {
    const broken = signed().replace(/>([A-Za-z0-9+/=]{80,})</g, (_, text: string) => {
      return `>\n${text.replace(/.{64}/g, "$&\n")}\n<`;
    });
    // The signature does not cover SignatureValue and KeyInfo
    expect(broken).toContain("\n</X509Certificate>");
    expect(await valid(broken)).toBe(true);
  });
});

describe("changed documents are refused", () => {
  const changes: Record<string, (xml: string) => string> = {
    "a digit of a text": (xml) => xml.replace("2.0000", "3.0000"),
    "a letter with an accent": (xml) => xml.replace("ç", "c"),
    "a reference": (xml) => xml.replace("&amp;", "&lt;"),
    "a blank between elements": (xml) => xml.replace("<emit>", " <emit>"),
    "an attribute's value": (xml) => xml.replace('nItem="1"', 'nItem="2"'),
    "an attribute more": (xml) => xml.replace('nItem="1"', 'nItem="1" a="1"'),
    "an element's name": (xml) => xml.replaceAll("qCom", "qTri"),
    "an element more": (xml) => xml.replace("<ide>", "<ide><serie>1</serie>"),
    "an element fewer": (xml) => xml.replace("<nNF>123</nNF>", ""),
    "the order of elements": (xml) => xml.replace(/(<ide>.*<\/ide>)(<emit>.*<\/emit>)/, "$2$1"),
    "the layout version": (xml) =>
      xml.replace('"4.00">', '"3.10">').replace(/versao="4\.00"><ide/, 'versao="3.10"><ide'),
    "the namespace of an element": (xml) => xml.replace("<det ", '<det xmlns="urn:x" '),
    "a namespace declared around": (xml) => xml.replace("<nfeProc ", '<nfeProc xmlns:p="urn:p" '),
    "a comment inside": (xml) => xml.replace("2.0000", "2.0<!-- -->000"),
    "a CDATA section inside": (xml) => xml.replace("2.0000", "<![CDATA[2.0000]]>"),
    "an instruction inside": (xml) => xml.replace("2.0000", "2.0000<?a b?>"),
    "an xml: attribute around": (xml) => xml.replace("<nfeProc ", '<nfeProc xml:lang="pt" '),
    "a comment in SignedInfo": (xml) => xml.replace("<DigestValue>", "<DigestValue><!-- -->"),
    "a blank in SignedInfo": (xml) => xml.replace("<Reference ", " <Reference "),
    "the digest": (xml) =>
      xml.replace(/<DigestValue>./, (found) => `<DigestValue>${found.endsWith("A") ? "B" : "A"}`),
    "the signature": (xml) =>
      xml.replace(/<SignatureValue>./, (f) => `<SignatureValue>${f.endsWith("A") ? "B" : "A"}`),
    "the reference": (xml) => xml.replace(`URI="#NFe${KEY}"`, `URI="#NFe${OTHER}"`),
    "the reference, to the whole document": (xml) => xml.replace(`URI="#NFe${KEY}"`, 'URI=""'),
    "the Id": (xml) => xml.replace(`Id="NFe${KEY}"`, `Id="${KEY}"`),
    "the namespace of the signature": (xml) => xml.replace(DSIG, "urn:other"),
    "the truth of base64": (xml) => xml.replace(/<SignatureValue>/, "<SignatureValue>*"),
    "no signature at all": (xml) => xml.replace(/<Signature .*<\/Signature>/, ""),
    "a certificate fewer": (xml) => xml.replace(/<X509Certificate>.*<\/X509Certificate>/, ""),
    "a document cut short": (xml) => xml.slice(0, -20),
    "a DOCTYPE": (xml) => xml.replace("<nfeProc", "<!DOCTYPE nfeProc><nfeProc"),
  };
  for (const [what, change] of Object.entries(changes))
    test(`a changed document is refused: ${what}`, async () => {
      const xml = signed();
      expect(change(xml)).not.toBe(xml);
      expect(await valid(change(xml))).toBe(false);
    });

  test("a change of any letter or digit of the signed part or the signature is refused", async () => {
    const xml = signed();
    // Not before a "=", where base64 has unused bits
    const from = xml.indexOf("<infNFe");
    const to = xml.indexOf("<KeyInfo");
    const places = [...xml.slice(from, to).matchAll(/[A-Za-z0-9](?!=)/g)].map(
      ({ index }) => from + index,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(..."abzAZ059"),
        async (place, letter) => {
          fc.pre(xml[place] !== letter);
          expect(await valid(xml.slice(0, place) + letter + xml.slice(place + 1))).toBe(false);
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });

  test("a certificate of another holder is refused", async () => {
    const other = await signer();
    const theirs = btoa(String.fromCharCode(...other.certificate));
    expect(await valid(signed().replace(/(<X509Certificate>)[^<]*/, `$1${theirs}`))).toBe(false);
  });

  test("a certificate whose key is not RSA is refused", async () => {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const pair = await crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
    const hash = { name: "ECDSA", hash: "SHA-256" };
    const bytes = await certificateOf(spki, pair.privateKey, hash);
    const base64 = btoa(String.fromCharCode(...bytes));
    expect(await valid(signed().replace(/(<X509Certificate>)[^<]*/, `$1${base64}`))).toBe(false);
  });
});

describe("only the algorithms of the schema are accepted", () => {
  const others: Record<string, Otherwise> = {
    "SHA-256 digest": { digest: "http://www.w3.org/2001/04/xmlenc#sha256" },
    "RSA-SHA256": { method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" },
    "exclusive canonicalization": { canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#" },
    "no enveloped transform": { transforms: [C14N] },
    "the transforms in another order": { transforms: [C14N, `${DSIG}enveloped-signature`] },
    "canonicalization with comments": {
      transforms: [`${DSIG}enveloped-signature`, `${C14N}#WithComments`],
    },
  };
  for (const [what, otherwise] of Object.entries(others))
    test(`a signature is refused with ${what}`, async () =>
      expect(await valid(signed(NOTE, otherwise))).toBe(false));
});

describe("a note cannot hide behind the signature of another", () => {
  const forged = infNFe('<ide><nNF>123</nNF></ide><det nItem="1"><qCom>9999</qCom></det>');
  const parts = () => {
    const xml = signed();
    const [signature = ""] = /<Signature .*<\/Signature>/.exec(xml) ?? [];
    return { xml, signature, original: infNFe(INSIDE) };
  };
  const wrapped: Record<string, (p: ReturnType<typeof parts>) => string> = {
    "two infNFe of one Id in one NFe": ({ original, signature }) =>
      proc(nfe(`${forged}${original}${signature}`)),
    "the signed one moved to a sibling": ({ original, signature }) =>
      proc(`${nfe(`${forged}${signature}`)}${nfe(original)}`),
    "the signed one moved into the signature": ({ original, signature }) =>
      proc(
        nfe(forged + signature.replace("</Signature>", `<Object>${original}</Object></Signature>`)),
      ),
    "the signed one kept beside, the forged without NFe in its Id": ({ original, signature }) =>
      proc(`${nfe(forged.replace("NFe35", "35"))}${nfe(original + signature)}`),
    "another element with the same Id": ({ xml }) =>
      xml.replace("</NFe>", `</NFe><x ID="NFe${KEY}"/>`),
    "the signature before the note": ({ original, signature }) => proc(nfe(signature + original)),
    "the signature outside of the NFe": ({ original, signature }) =>
      proc(nfe(original) + signature),
    "the signature inside the note": ({ signature }) => proc(nfe(infNFe(INSIDE + signature))),
    "two signatures": ({ original, signature }) => proc(nfe(original + signature + signature)),
    "a second reference": ({ xml }) => xml.replace(/<Reference .*<\/Reference>/, "$&$&"),
    "a transform that selects": ({ xml }) =>
      xml.replace("</Transforms>", '<Transform Algorithm="urn:xpath"/></Transforms>'),
    "a note that is no NFe of the tax office": ({ xml }) => xml.replaceAll(NFE, 'xmlns="urn:x"'),
  };
  for (const [how, wrap] of Object.entries(wrapped))
    test(how, async () => expect(await valid(wrap(parts()))).toBe(false));

  test("a signature under the key of an absent note is refused", async () => {
    expect(await valid(signed(), OTHER)).toBe(false);
    expect(await valid(signed(), "")).toBe(false);
  });
});

test("hostile bytes give false and never throw", async () => {
  const xml = utf8(signed());
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(xml.length - 1), fc.nat(255), fc.nat(60)).map(([at, byte, cut]) => {
      const bytes = Uint8Array.from([...xml.subarray(0, at), byte, ...xml.subarray(at + cut)]);
      return bytes;
    }),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (bytes) => {
      fc.pre(!Buffer.from(bytes).equals(xml));
      const answer = await verifySignature(Uint8Array.from(bytes), KEY);
      expect(typeof answer).toBe("boolean");
    }),
    { seed: 20261123, numRuns: 300 },
  );
});

test("a document with very many namespaces is not verified", async () => {
  const many = "<a/>".repeat(150_000);
  expect(await valid(signed().replace("</NFe>", `</NFe>${many}`))).toBe(true);
  const spaces = Array.from({ length: 40 }, (_, i) => `xmlns:p${i}="urn:${i}"`).join(" ");
  expect(await valid(signed(proc(nfe(infNFe(`<a ${spaces}/>`)))))).toBe(false);
});

test("a certificate cut anywhere has no key", () => {
  const { certificate } = own;
  expect(readCertificate(certificate)?.key.length).toBe(294);
  for (let length = 0; length < certificate.length; length += 1)
    expect(readCertificate(certificate.slice(0, length))).toBeNull();
  for (const bytes of [
    [0x30, 0x80],
    [0x30, 0x84, 1, 1, 1, 1],
    [0x31, 0x00],
    [0x30, 0x02, 0x30, 0x05],
  ])
    expect(readCertificate(Uint8Array.from(bytes))).toBeNull();
});
