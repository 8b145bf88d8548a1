import type { SigningKey } from "../../../src/sefaz/statements/sign-evento.ts";
import { type Issued, icpName, issue } from "../signatures/certificates.ts";

/** The key of a certificate of this CNPJ, as a company's A1 file has it. */
export async function signingKey(
  cnpj: string,
  more: { readonly from?: string; readonly until?: string } = {},
): Promise<SigningKey> {
  return keyOf(await issue({ name: "EMPRESA DE TESTE", more: [icpName(cnpj)], ...more }));
}

/** The key and certificate of two issued ones, which need not belong together. */
export async function keyOf({ keys, certificate }: Issued): Promise<SigningKey> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { pkcs8: new Uint8Array(pkcs8), certificate: new Uint8Array(certificate.rawData) };
}
