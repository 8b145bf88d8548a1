import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { COMPANY } from "../../../src/synthetic/trade.ts";

let pem: string | undefined;

/** One RSA key for all: a new one takes up to a second. */
function privateKey(): string {
  pem ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  return pem;
}

export interface SomePfx {
  readonly cnpj?: string;
  readonly holder?: string;
  readonly passphrase?: string;
  readonly from?: string;
  readonly until?: string;
  /** keyUsage, by the names of node-forge. */
  readonly usage?: Readonly<Record<string, boolean>>;
  /** How often the password is to be hashed before the file is believed; the file's own is 2048. */
  readonly rounds?: number;
}

/** An A1 file for the clock of the tests, made without openssl: its holder's CNPJ stands in its common name alone. */
export function somePfx({
  cnpj = COMPANY.cnpj,
  holder = "LOJA DE TESTE LTDA",
  passphrase = "segredo",
  from = "2026-01-01T00:00:00Z",
  until = "2027-06-30T23:59:59Z",
  usage = { digitalSignature: true, nonRepudiation: true, keyEncipherment: true },
  rounds,
}: SomePfx = {}): Uint8Array<ArrayBuffer> {
  const key = forge.pki.privateKeyFromPem(privateKey());
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(from);
  certificate.validity.notAfter = new Date(until);
  const name = [{ name: "commonName", value: `${holder}:${cnpj}` }];
  certificate.setSubject(name);
  certificate.setIssuer([{ name: "commonName", value: "AC de Teste" }]);
  certificate.setExtensions([{ name: "keyUsage", critical: true, ...usage }]);
  certificate.sign(key, forge.md.sha256.create());
  const pfx = forge.pkcs12.toPkcs12Asn1(key, certificate, passphrase, { algorithm: "3des" });
  const partOf = (whole: forge.asn1.Asn1 | undefined, index: number) =>
    Array.isArray(whole?.value) ? whole.value[index] : undefined;
  const asked = partOf(partOf(pfx, 2), 2);
  if (rounds !== undefined && asked !== undefined)
    asked.value = forge.asn1.integerToDer(rounds).getBytes();
  return Uint8Array.from(Buffer.from(forge.asn1.toDer(pfx).getBytes(), "binary"));
}
