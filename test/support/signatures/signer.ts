import { type KeyObject, KeyObject as Keys } from "node:crypto";
import { SignedXml } from "xml-crypto";
import { trusted } from "../../../src/lib/cast.ts";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/** How a signature may differ from the schema of the NF-e. */
export interface Otherwise {
  /** Which element is signed; default infNFe. */
  readonly element?: "infNFe" | "infEvento";
  /** Which infNFe is signed; default: the only one. */
  readonly xpath?: string;
  readonly digest?: string;
  readonly method?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
}

/** Signs notes with xml-crypto, so that signer and verifier are different code. */
export interface Signer {
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** The text, unchanged, with `Signature` after the end of its signed infNFe. */
  sign(xml: string, otherwise?: Otherwise): string;
}

/** A signer with a new RSA key of 2048 bits and a self-signed certificate. */
export async function signer(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-1",
    },
    true,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return signerWith(pair.privateKey, await certificateOf(spki, pair.privateKey));
}

/** A signer with this key (extractable, RSA) and certificate. */
export function signerWith(privateKey: CryptoKey, certificate: Uint8Array<ArrayBuffer>): Signer {
  const key: KeyObject = Keys.from(trusted(privateKey));
  const pem = key.export({ type: "pkcs8", format: "pem" });
  const base64 = btoa(String.fromCharCode(...certificate));
  return {
    certificate,
    sign(xml, otherwise = {}) {
      const element = otherwise.element ?? "infNFe";
      const xpath = otherwise.xpath ?? `//*[local-name(.)='${element}' and @Id]`;
      const signing = new SignedXml({
        privateKey: pem,
        signatureAlgorithm: otherwise.method ?? `${DSIG}rsa-sha1`,
        canonicalizationAlgorithm: trusted<typeof C14N>(otherwise.canonicalization ?? C14N),
        getKeyInfoContent: () =>
          `<X509Data><X509Certificate>${base64}</X509Certificate></X509Data>`,
      });
      signing.addReference({
        xpath,
        transforms: [...(otherwise.transforms ?? [`${DSIG}enveloped-signature`, C14N])],
        digestAlgorithm: otherwise.digest ?? `${DSIG}sha1`,
      });
      signing.computeSignature(xml, { location: { reference: xpath, action: "after" } });
      const id = /URI="#([^"]*)"/.exec(signing.getSignatureXml())?.[1] ?? "";
      const start = xml.indexOf(id);
      const end = xml.indexOf(`</${element}`, start);
      const after = xml.indexOf(">", end) + 1;
      return xml.slice(0, after) + signing.getSignatureXml() + xml.slice(after);
    },
  };
}

/** DER of a value: tag, length, content. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const bytes = new Uint8Array(1 + size.length + length);
  bytes.set([tag, ...size]);
  let at = 1 + size.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

const SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const COMMON_NAME = [0x55, 0x04, 0x03];
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A minimal X.509 certificate, version 3 (RFC 5280, 4.1), signed by the key that it holds. */
export async function certificateOf(
  spki: Uint8Array,
  key: CryptoKey,
  algorithm: Parameters<typeof crypto.subtle.sign>[0] = "RSASSA-PKCS1-v1_5",
): Promise<Uint8Array<ArrayBuffer>> {
  const method = der(0x30, der(0x06, Uint8Array.from(SHA256_WITH_RSA)), der(0x05));
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, Uint8Array.from(COMMON_NAME)), der(0x0c, utf8("TESTE:1")))),
  );
  const validity = der(0x30, der(0x17, utf8("260101000000Z")), der(0x17, utf8("270101000000Z")));
  const version = der(0xa0, der(0x02, Uint8Array.of(2)));
  const serial = der(0x02, Uint8Array.of(7));
  const signed = der(0x30, version, serial, method, name, validity, name, spki);
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, key, signed));
  return der(0x30, signed, method, der(0x03, Uint8Array.of(0), signature));
}
