import { err, ok, type Result } from "../../lib/result.ts";
import { canonicalXml } from "../../nfe/signature/canonical-xml.ts";
import { eventSignedBy } from "../../nfe/signature/signature.ts";
import { maySign } from "../../nfe/signature/trust.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import { eventId, eventoOf, type RecipientStatement } from "./evento.ts";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const RSA_SHA1 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };

/** The key of a certificate and the certificate, both DER; the key as PKCS #8. It is a secret: in memory only. */
export interface SigningKey {
  readonly pkcs8: Uint8Array<ArrayBuffer>;
  readonly certificate: Uint8Array<ArrayBuffer>;
}

/** Why there is no signed evento: a field that the schema refuses, a key that cannot be used, or a certificate that may not sign. */
export type SigningFlaw =
  | { readonly why: "field"; readonly field: string }
  | { readonly why: "key" | "other_holder" | "not_valid_now" };

/**
 * The signed `evento` of a statement, as it is sent: RSA-SHA1 over the canonical form, one reference, one certificate
 * (xmldsig-core-schema_v1.01.xsd). It is verified by the reader's own check before it is given: the key is that of the
 * certificate, which is valid at `at` and held by the author's company (the root of its CNPJ).
 */
export async function signedEvento(
  statement: RecipientStatement,
  timeZone: string,
  { pkcs8, certificate }: SigningKey,
): Promise<Result<string, SigningFlaw>> {
  const evento = eventoOf(statement, timeZone);
  if (!evento.ok) return err({ why: "field", field: evento.error });
  const id = eventId(statement);
  const content = canonicalXml(evento.value, 1);
  if (content === null) return err({ why: "field", field: "xJust" });
  const digest = await crypto.subtle.digest("SHA-1", utf8(content));
  const signedInfo = signedInfoOf(id, new Uint8Array(digest).toBase64());
  // SignedInfo stands in Signature, which declares its namespace.
  const canonical = canonicalXml(`<Signature xmlns="${DSIG}">${signedInfo}</Signature>`, 1) ?? "";
  const value = await signature(pkcs8, canonical);
  if (value === null) return err({ why: "key" });
  const signed = evento.value.replace(
    /<\/evento>$/,
    `<Signature xmlns="${DSIG}">${signedInfo}<SignatureValue>${value}</SignatureValue><KeyInfo><X509Data><X509Certificate>${certificate.toBase64()}</X509Certificate></X509Data></KeyInfo></Signature></evento>`,
  );
  const holder = await eventSignedBy(new Uint8Array(utf8(signed)), id);
  if (holder === null) return err({ why: "key" });
  if (!maySign(holder, statement.at)) return err({ why: "not_valid_now" });
  const own = sameRoot(holder.cnpj, statement.author);
  return own ? ok(signed) : err({ why: "other_holder" });
}

/** Null where WebCrypto does not take the key. */
async function signature(pkcs8: Uint8Array<ArrayBuffer>, data: string): Promise<string | null> {
  try {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, RSA_SHA1, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign(RSA_SHA1.name, key, utf8(data))).toBase64();
  } catch {
    return null;
  }
}

const signedInfoOf = (id: string, digest: string): string =>
  `<SignedInfo><CanonicalizationMethod Algorithm="${C14N}"></CanonicalizationMethod><SignatureMethod Algorithm="${DSIG}rsa-sha1"></SignatureMethod><Reference URI="#${id}"><Transforms><Transform Algorithm="${DSIG}enveloped-signature"></Transform><Transform Algorithm="${C14N}"></Transform></Transforms><DigestMethod Algorithm="${DSIG}sha1"></DigestMethod><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`;

/** As each runtime's types name what its WebCrypto takes. */
const utf8 = (text: string): ReturnType<TextEncoder["encode"]> => new TextEncoder().encode(text);
