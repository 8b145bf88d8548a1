import { canonicalXml } from "./canonical.ts";
import { publicKeyOf } from "./certificate.ts";
import { decodeXml } from "./encoding.ts";
import { attributeOf, type XmlElement } from "./xml/element.ts";
import { parseXml } from "./xml/scan.ts";

const NFE = "http://www.portalfiscal.inf.br/nfe";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const RSA_SHA1 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };

/** What a signature says, read out of its elements; the two numbers count start tags from the document's first. */
interface Signed {
  readonly infNFe: number;
  readonly signedInfo: number;
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly certificate: Uint8Array<ArrayBuffer>;
}

/**
 * Whether the note with this access key (44 characters) is signed, and unchanged since: the digest of its infNFe, and the
 * RSA signature by the certificate that it carries (xmldsig-core-schema_v1.01: SHA-1, RSA-SHA1, C14N, one reference).
 * Says nothing of who holds the certificate: chain, validity and revocation are not looked at.
 * False, never an exception, for anything else, also for what is signed in a form that canonicalXml does not take. Characters
 * are decoded as the reader of notes decodes them, so any encoding that it reads can be verified.
 */
export async function verifySignature(
  bytes: Uint8Array<ArrayBuffer>,
  accessKey: string,
): Promise<boolean> {
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return false;
  const text = decoded.value.text.replace(/\r\n?/g, "\n");
  const root = parseXml(text);
  if (!root.ok) return false;
  const signed = signedNote(root.value, accessKey);
  if (signed === null) return false;
  const note = canonicalXml(text, signed.infNFe);
  const signedInfo = canonicalXml(text, signed.signedInfo);
  if (note === null || signedInfo === null) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", utf8(note)));
  if (!equal(digest, signed.digest)) return false;
  return isSignedBy(signed.certificate, signed.signature, utf8(signedInfo));
}

/** Whether the key of the certificate signed the data; false for a certificate or a key that cannot be read. */
async function isSignedBy(
  certificate: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  data: Utf8,
): Promise<boolean> {
  const spki = publicKeyOf(certificate);
  if (spki === null) return false;
  try {
    const key = await crypto.subtle.importKey("spki", spki, RSA_SHA1, false, ["verify"]);
    return await crypto.subtle.verify(RSA_SHA1.name, key, signature, data);
  } catch {
    return false; // not an RSA key, or one that WebCrypto refuses
  }
}

/**
 * The signature of the one note with this key. Null when the key stands in two infNFe or another element has the same Id
 * (what is read must be what was signed), or when anything is not exactly as the schema has it.
 */
function signedNote(root: XmlElement, accessKey: string): Signed | null {
  const id = `NFe${accessKey}`;
  const elements = inOrder(root);
  const bearers = elements.filter((element) => bears(element, accessKey));
  const [infNFe] = bearers;
  if (infNFe === undefined || bearers.length > 1) return null;
  if (infNFe.name !== "infNFe" || infNFe.ns !== NFE || attributeOf(infNFe, "Id") !== id)
    return null;
  const nfe = elements.find(({ children }) => children.includes(infNFe));
  if (nfe?.name !== "NFe" || nfe.ns !== NFE) return null;
  const rest = nfe.children.slice(nfe.children.indexOf(infNFe) + 1);
  const signatures = nfe.children.filter(({ name }) => name === "Signature");
  const signature = rest.find(({ name }) => name === "Signature");
  if (signature === undefined || signatures.length !== 1) return null;
  if (nfe.children.filter(({ name }) => name === "infNFe").length !== 1) return null;

  const [signedInfo, value, keyInfo] = exactly(signature, "SignedInfo SignatureValue KeyInfo");
  const [c14n, method, reference] = exactly(
    signedInfo,
    "CanonicalizationMethod SignatureMethod Reference",
  );
  const [transforms, digestMethod, digestValue] = exactly(
    reference,
    "Transforms DigestMethod DigestValue",
  );
  const [enveloped, canonical] = exactly(transforms, "Transform Transform");
  const [data] = exactly(keyInfo, "X509Data");
  const [certificate] = exactly(data, "X509Certificate");
  if (signedInfo === undefined || reference === undefined) return null;
  if (attributeOf(reference, "URI") !== `#${id}`) return null;
  const asTheSchema =
    isAlgorithm(c14n, C14N) &&
    isAlgorithm(method, `${DSIG}rsa-sha1`) &&
    isAlgorithm(enveloped, `${DSIG}enveloped-signature`) &&
    isAlgorithm(canonical, C14N) &&
    isAlgorithm(digestMethod, `${DSIG}sha1`);
  const [digest, signatureBytes, der] = [digestValue, value, certificate].map(base64Of);
  if (!asTheSchema || !digest || !signatureBytes || !der) return null;
  return {
    infNFe: elements.indexOf(infNFe),
    signedInfo: elements.indexOf(signedInfo),
    digest,
    signature: signatureBytes,
    certificate: der,
  };
}

/** Every element, in the order of the start tags; not deeper than parseXml allows. */
function inOrder(element: XmlElement, found: XmlElement[] = []): XmlElement[] {
  found.push(element);
  for (const child of element.children) inOrder(child, found);
  return found;
}

/** An infNFe whose Id holds the key in any way that a lenient reader would take, or any element with the very same Id. */
const bears = ({ name, attributes }: XmlElement, accessKey: string): boolean =>
  attributes.some(
    (attribute) =>
      /^id$/i.test(attribute.name) &&
      (name === "infNFe"
        ? attribute.value.includes(accessKey)
        : attribute.value.trim() === `NFe${accessKey}`),
  );

/** The children, when they are these, by name and order, and nothing else; otherwise none. */
function exactly(element: XmlElement | undefined, wanted: string): readonly XmlElement[] {
  if (element === undefined || element.ns !== DSIG) return [];
  const names = element.children.map(({ name }) => name).join(" ");
  return names === wanted && element.children.every(({ ns }) => ns === DSIG)
    ? element.children
    : [];
}

const isAlgorithm = (element: XmlElement | undefined, uri: string): boolean =>
  element !== undefined &&
  element.children.length === 0 &&
  element.text.trim() === "" &&
  attributeOf(element, "Algorithm") === uri;

/** The bytes that an element holds in base64, blanks between them allowed; null when it holds anything else. */
function base64Of(element: XmlElement | undefined): Uint8Array<ArrayBuffer> | null {
  if (element === undefined || element.children.length > 0) return null;
  const text = element.text.replace(/[ \t\r\n]+/g, "");
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** As each runtime's types name what its WebCrypto takes. */
type Utf8 = ReturnType<TextEncoder["encode"]>;
const utf8 = (text: string): Utf8 => new TextEncoder().encode(text);

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
