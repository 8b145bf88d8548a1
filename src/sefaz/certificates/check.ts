import { sha256 } from "../../lib/hash.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { DIGITAL_SIGNATURE, readCertificate } from "../../nfe/signature/certificate.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { PfxContents } from "../../ports/pfx.ts";
import type { CertificateFailure } from "./failures.ts";

/** What is known of a certificate that may be used; instants in ms UTC. */
export interface CheckedCertificate {
  /** SHA-256 of its DER, hexadecimal. */
  readonly id: string;
  readonly cnpj: string;
  readonly holder: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * Checks a certificate at an instant (ms UTC): its holder's CNPJ (ICP-Brasil, DOC-ICP-04) has the root of one of `cnpjs`, it is
 * valid, and it may sign. Fails with `certificate.unreadable`, `other_holder`, `expired`, `not_yet_valid`, `usage`.
 */
export async function checkCertificate(
  { certificate, holder }: Pick<PfxContents, "certificate" | "holder">,
  cnpjs: readonly string[],
  nowMs: number,
): Promise<Result<CheckedCertificate, CertificateFailure>> {
  const read = readCertificate(certificate);
  if (read === null) return err({ code: "certificate.unreadable", why: "not_x509" });
  const { cnpj, from, until, usage, authority } = read;
  if (cnpj === null || !cnpjs.some((own) => sameRoot(own, cnpj)))
    return err({ code: "certificate.other_holder", cnpj });
  const iso = (ms: number) => new Date(ms).toISOString();
  if (nowMs > until) return err({ code: "certificate.expired", until: iso(until) });
  if (nowMs < from) return err({ code: "certificate.not_yet_valid", from: iso(from) });
  if (authority || (usage !== null && (usage & DIGITAL_SIGNATURE) === 0))
    return err({ code: "certificate.usage" });
  return ok({ id: await sha256(certificate), cnpj, holder, startsAt: from, endsAt: until });
}
