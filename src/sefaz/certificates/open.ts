import { sha256 } from "../../lib/hash.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { rootOf } from "../../nfe/taxpayer.ts";
import type { PfxContents, PfxReader } from "../../ports/pfx.ts";
import type { Ports } from "../../ports/ports.ts";
import type { OpenCertificate } from "../../ports/sefaz.ts";
import type { CertificateFailure } from "./failures.ts";
import { unsealCertificate } from "./secret.ts";

/** A certificate of the company; `endsAt` in ms UTC. */
export type HeldCertificate = OpenCertificate & { readonly endsAt: number };

type Needs = Pick<Ports, "reader" | "config" | "clock"> & { readonly pfx?: PfxReader };

/** Certificates of one root that are looked at: those that end last. */
const MOST_LOOKED_AT = 5;

/**
 * The certificate of the company for calls in the name of a CNPJ: of those with its root that are valid now the one that ends
 * last and can be opened. `ports` are those of the company's home. Fails with `certificate.not_supported`, `none`, `file`,
 * `secret_unreadable`.
 */
export async function openCertificate(
  ports: Needs,
  company: number,
  cnpj: string,
): Promise<Result<HeldCertificate, CertificateFailure>> {
  const reader = ports.pfx;
  if (reader === undefined) return err({ code: "certificate.not_supported" });
  const rows = await ports.reader.rows({
    sql: `select id, secret, file, ends_at from sefaz_certificates
      where company = ?1 and root = ?2 and starts_at <= ?3 and ends_at >= ?3 order by ends_at desc, id limit ?4`,
    args: [company, rootOf(cnpj), ports.clock.now(), MOST_LOOKED_AT],
  });
  let first: Result<HeldCertificate, CertificateFailure> = err({ code: "certificate.none", cnpj });
  for (const [index, { id, secret, file, ends_at }] of rows.entries()) {
    const name = file === null ? null : String(file);
    const opened = await openRow(ports, reader, company, String(id), String(secret), name);
    if (opened.ok) return ok({ ...opened.value, endsAt: Number(ends_at) });
    if (index === 0) first = err(opened.error);
  }
  return first;
}

/**
 * As `openCertificate`, with the certificate (DER) and its private key (PKCS #8), which signs. Opening takes about 50 ms: keep it
 * for as long as one run signs, and no longer. Fails also with `certificate.passphrase` and `certificate.unreadable`.
 */
export async function openForSigning(
  ports: Needs,
  company: number,
  cnpj: string,
): Promise<Result<HeldCertificate & PfxContents, CertificateFailure>> {
  const opened = await openCertificate(ports, company, cnpj);
  if (!opened.ok) return opened;
  const contents = await ports.pfx?.open(opened.value);
  if (contents === undefined) return err({ code: "certificate.not_supported" });
  if (contents.ok) return ok({ ...opened.value, ...contents.value });
  const why = contents.error;
  return err(
    why === "passphrase"
      ? { code: "certificate.passphrase" }
      : { code: "certificate.unreadable", why },
  );
}

async function openRow(
  ports: Pick<Ports, "config">,
  reader: PfxReader,
  company: number,
  id: string,
  sealed: string,
  file: string | null,
): Promise<Result<OpenCertificate, CertificateFailure>> {
  const secret = await unsealCertificate(ports, company, id, sealed);
  if (secret === null) return err({ code: "certificate.secret_unreadable" });
  const { passphrase, pfx, fileHash } = secret;
  if (pfx !== null) return ok({ pfx: Uint8Array.fromBase64(pfx), passphrase });
  const bytes = await reader.file(file ?? "");
  if (bytes === null || (await sha256(bytes)) !== fileHash)
    return err({ code: "certificate.file", file: file ?? "" });
  return ok({ pfx: bytes, passphrase });
}
