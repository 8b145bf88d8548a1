import { X509Certificate } from "node:crypto";
import { checkServerIdentity, type PeerCertificate, rootCertificates } from "node:tls";

/** To whom a server's certificate must lead. */
export interface Trust {
  /** The roots in PEM: the usual ones, and the given. */
  readonly ca: string[];
  /** As `checkServerIdentity` of node:tls: the host's name, and that the chain ends in one of the roots. */
  check(host: string, certificate: PeerCertificate): Error | undefined;
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const DEEPEST = 8;

/**
 * The roots for calls with a client's certificate. The TLS library also trusts every authority that stands in the client's own
 * PFX, which its user chose: the chain is therefore checked again. `pem`: further certificates (SEFAZ_CA).
 */
export function trustOf(pem: string | undefined): Trust {
  const ca = [...rootCertificates, ...(pem?.match(PEM) ?? [])];
  let roots: Map<string, X509Certificate> | undefined;
  const rootsOnce = () => {
    roots ??= new Map(
      ca.map((one) => new X509Certificate(one)).map((one) => [one.fingerprint256, one]),
    );
    return roots;
  };
  return {
    ca,
    check(host, certificate) {
      const named = checkServerIdentity(host, certificate);
      if (named !== undefined) return named;
      return isRooted(certificate, rootsOnce()) ? undefined : new UntrustedRoot();
    },
  };
}

class UntrustedRoot extends Error {
  readonly code = "SEFAZ_UNTRUSTED_CERT";
}

function isRooted(leaf: PeerCertificate, roots: ReadonlyMap<string, X509Certificate>): boolean {
  let last: PeerCertificate & { issuerCertificate?: PeerCertificate } = leaf;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (roots.has(last.fingerprint256)) return true;
    const issuer = last.issuerCertificate;
    if (issuer === undefined || issuer.fingerprint256 === last.fingerprint256) break;
    last = issuer;
  }
  const end = new X509Certificate(last.raw);
  for (const root of roots.values())
    if (end.checkIssued(root) && end.verify(root.publicKey)) return true;
  return false;
}
