import { trusted } from "../../lib/cast.ts";
import { seal, sealingSecret, unseal } from "../../lib/seal.ts";
import type { Ports } from "../../ports/ports.ts";

/** What is kept of a certificate under seal. */
export interface CertificateSecret {
  readonly passphrase: string;
  /** The PFX in base64; null: it is a file of the operator. */
  readonly pfx: string | null;
  /** SHA-256 of the file, hexadecimal; null: there is none. */
  readonly fileHash: string | null;
}

/** Seals a certificate for its row: in another company or row it cannot be opened. */
export const sealCertificate = (
  { config }: Pick<Ports, "config">,
  company: number,
  id: string,
  secret: CertificateSecret,
): Promise<string> =>
  seal("certificate", sealingSecret(config), JSON.stringify(secret), JSON.stringify([company, id]));

/** Opens what `sealCertificate` has sealed; null: the service's secret is another. */
export async function unsealCertificate(
  { config }: Pick<Ports, "config">,
  company: number,
  id: string,
  sealed: string,
): Promise<CertificateSecret | null> {
  const bound = JSON.stringify([company, id]);
  const opened = await unseal("certificate", sealingSecret(config), sealed, bound);
  return opened === null ? null : trusted<CertificateSecret>(JSON.parse(opened));
}
