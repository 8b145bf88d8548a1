import { fromBase64 } from "../base64.ts";
import { attributeOf, type XmlElement } from "../xml/element.ts";
import { decodeXml } from "../xml/encoding.ts";
import { parseXml } from "../xml/scan.ts";
import { canonicalXml } from "./canonical-xml.ts";
import { type Certificate, readCertificate } from "./certificate.ts";

const NFE = "http://www.portalfiscal.inf.br/nfe";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const RSA_SHA1 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };

/** The values of a signature; the two numbers count start tags from the first of the document. */
interface Signed {
  readonly content: number;
  readonly signedInfo: number;
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly certificate: Uint8Array<ArrayBuffer>;
}

/** The element that must be signed, its parent, and the beginning of its Id. */
interface SignedElement {
  readonly element: "infNFe" | "infEvento";
  readonly around: "NFe" | "evento";
  readonly id: string;
}

/**
 * The certificate by whose key the note with this access key (44 characters) is signed, where it is unchanged since: the
 * digest of its infNFe, and the RSA signature (xmldsig-core-schema_v1.01: SHA-1, RSA-SHA1, C14N, one reference, one
 * certificate). The holder and the issuer of the certificate are not checked here (signer.ts, trust.ts).
 * Null, never an exception, for anything else, also for what is signed in a form that canonicalXml does not take. Characters
 * are decoded as the reader of notes decodes them, so any encoding that it reads can be verified.
 */
export const noteSignedBy = (
  bytes: Uint8Array<ArrayBuffer>,
  accessKey: string,
): Promise<Certificate | null> =>
  signedBy(bytes, { element: "infNFe", around: "NFe", id: `NFe${accessKey}` });

/** The same of the event with this Id (`ID`, type, access key, sequence): its infEvento (leiauteEvento_v1.00). */
export const eventSignedBy = (
  bytes: Uint8Array<ArrayBuffer>,
  id: string,
): Promise<Certificate | null> => signedBy(bytes, { element: "infEvento", around: "evento", id });

async function signedBy(
  bytes: Uint8Array<ArrayBuffer>,
  asked: SignedElement,
): Promise<Certificate | null> {
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return null;
  const text = decoded.value.text.replace(/\r\n?/g, "\n");
  const root = parseXml(text);
  if (!root.ok) return null;
  const signed = signedIn(root.value, asked);
  if (signed === null) return null;
  const content = canonicalXml(text, signed.content);
  const signedInfo = canonicalXml(text, signed.signedInfo);
  if (content === null || signedInfo === null) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", utf8(content)));
  if (!equal(digest, signed.digest)) return null;
  const certificate = readCertificate(signed.certificate);
  if (certificate === null) return null;
  return (await isSignedBy(certificate, signed.signature, utf8(signedInfo))) ? certificate : null;
}

/** Whether the key of the certificate signed the data; false for a certificate or a key that cannot be read. */
async function isSignedBy(
  certificate: Certificate,
  signature: Uint8Array<ArrayBuffer>,
  data: Utf8,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("spki", certificate.key, RSA_SHA1, false, ["verify"]);
    return await crypto.subtle.verify(RSA_SHA1.name, key, signature, data);
  } catch {
    return false; // not an RSA key, or one that WebCrypto refuses
  }
}

/**
 * The signature of the wanted element. Null when two elements have its Id
 * (the element that is read must be the one that was signed), or when anything differs from the schema.
 */
function signedIn(root: XmlElement, asked: SignedElement): Signed | null {
  const { element, around, id } = asked;
  const elements = inOrder(root);
  const bearers = elements.filter((one) => mayHaveId(one, asked));
  const [content] = bearers;
  if (content === undefined || bearers.length > 1) return null;
  if (content.name !== element || content.ns !== NFE || attributeOf(content, "Id") !== id)
    return null;
  const outer = elements.find(({ children }) => children.includes(content));
  if (outer?.name !== around || outer.ns !== NFE) return null;
  const rest = outer.children.slice(outer.children.indexOf(content) + 1);
  const signatures = outer.children.filter(({ name }) => name === "Signature");
  const signature = rest.find(({ name }) => name === "Signature");
  if (signature === undefined || signatures.length !== 1) return null;
  if (outer.children.filter(({ name }) => name === element).length !== 1) return null;

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
    content: elements.indexOf(content),
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

/** An element of this name whose Id a lenient reader could take as this one, or any element with the same Id. */
const mayHaveId = ({ name, attributes }: XmlElement, { element, id }: SignedElement): boolean =>
  attributes.some(
    (attribute) =>
      /^id$/i.test(attribute.name) &&
      (name === element
        ? attribute.value.includes(id.replace(/^(?:NFe|ID)/, ""))
        : attribute.value.trim() === id),
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

/** The bytes of an element's base64, with blanks allowed; null for other content. */
function base64Of(element: XmlElement | undefined): Uint8Array<ArrayBuffer> | null {
  if (element === undefined || element.children.length > 0) return null;
  return fromBase64(element.text.replaceAll("\r", ""));
}

/** As each runtime's types name what its WebCrypto takes. */
type Utf8 = ReturnType<TextEncoder["encode"]>;
const utf8 = (text: string): Utf8 => new TextEncoder().encode(text);

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
