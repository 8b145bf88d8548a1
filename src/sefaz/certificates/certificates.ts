import { and, desc, eq, getTableColumns } from "drizzle-orm";
import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { sha256 } from "../../lib/hash.ts";
import { Failed, orFail } from "../../lib/result.ts";
import { rootOf } from "../../nfe/taxpayer.ts";
import type { PfxReader } from "../../ports/pfx.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { type CheckedCertificate, checkCertificate } from "./check.ts";
import type { CertificateFailure } from "./failures.ts";
import { type CertificateSecret, sealCertificate, unsealCertificate } from "./secret.ts";
import { sefazCertificates } from "./tables.ts";

/** A certificate of a company; instants in ms UTC. Its secret is not part of it. */
export type Certificate = Omit<typeof sefazCertificates.$inferSelect, "secret">;

/** A PFX, or the name of a file in SEFAZ_CERTIFICATES, with its password. */
export type NewCertificate = { readonly passphrase: string } & (
  | { readonly pfx: Uint8Array<ArrayBuffer> }
  | { readonly file: string }
);

/** Certificates of one company, with those that have ended. */
export const MAX_CERTIFICATES = 20;
/** Five at once, then one in a minute: opening takes time, and a password is not to be guessed. */
const TRIALS = { capacity: 5, perSecond: 1 / 60 };

const { secret: sealed, ...SHOWN } = getTableColumns(sefazCertificates);

/** The company's certificates, those that end last first. */
export const listCertificates = (
  ports: Pick<Ports, "read">,
  company: number,
): Promise<Certificate[]> =>
  ports.read
    .select(SHOWN)
    .from(sefazCertificates)
    .where(eq(SHOWN.company, company))
    .orderBy(desc(SHOWN.endsAt), SHOWN.id);

/**
 * Adds an A1 certificate that opens with its password and may be used now for a CNPJ of the actor's company; what is kept of it
 * is sealed. The same one again changes nothing, or its place and what seals it. Fails with `certificate.*` and `rate_limited`.
 */
export async function addCertificate(
  ports: Pick<Ports, "config" | "reader" | "read" | "writer" | "clock" | "limits"> & {
    readonly pfx?: PfxReader;
  },
  given: NewCertificate,
  cause: UserCause,
): Promise<Certificate> {
  const { company, userId } = cause.actor;
  const reader = ports.pfx;
  if (reader === undefined)
    throw new Failed<CertificateFailure>({ code: "certificate.not_supported" });
  const { allowed, resetMs } = await ports.limits.take(`certificate:${company}`, TRIALS);
  if (!allowed) throw new Failed({ code: "rate_limited", retryAfterS: resetMs / 1_000 });
  const at = ports.clock.now();
  const { checked, secret } = await opened(ports, reader, given, company, at);
  if (await isKept(ports, company, checked.id, secret))
    return findCertificate(ports, company, checked.id);
  const sealed = await sealCertificate(ports, company, checked.id, secret);
  const there = isThere(company, checked.id, sealed);
  const file = "file" in given ? given.file : null;
  const ends_at = new Date(checked.endsAt).toISOString();
  const made = await ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_certificates (company, id, cnpj, root, holder, starts_at, ends_at, secret, file, added_by, added_at)
          select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
          where (select count(*) from sefaz_certificates where company = ?1 and id <> ?2) < ?12
          on conflict (company, id) do update set secret = excluded.secret, file = excluded.file
          returning id`,
        args: [
          company,
          checked.id,
          checked.cnpj,
          rootOf(checked.cnpj),
          checked.holder,
          checked.startsAt,
          checked.endsAt,
          sealed,
          file,
          userId,
          at,
          MAX_CERTIFICATES,
        ],
      },
      bumpTags(company, ["alerts"], there),
      appendEvents(
        company,
        at,
        [
          {
            type: "certificate.added",
            payload: { certificate_id: checked.id, cnpj: checked.cnpj, ends_at },
          },
        ],
        there,
      ),
      audit(
        cause,
        at,
        {
          action: "certificate.add",
          entity: "certificate",
          id: checked.id,
          detail: { cnpj: checked.cnpj, ends_at, isFile: file !== null },
        },
        there,
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!made)
    throw new Failed<CertificateFailure>({
      code: "certificate.too_many",
      limit: MAX_CERTIFICATES,
    });
  return findCertificate(ports, company, checked.id);
}

/** Removes a certificate with its password. Fails with `certificate.not_found`. */
export async function removeCertificate(
  ports: Pick<Ports, "writer" | "clock">,
  id: string,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  const at = ports.clock.now();
  const there = isThere(company, id);
  const found = await ports.writer.commit({
    statements: [
      there,
      bumpTags(company, ["alerts"], there),
      appendEvents(
        company,
        at,
        [{ type: "certificate.removed", payload: { certificate_id: id } }],
        there,
      ),
      audit(
        cause,
        at,
        { action: "certificate.remove", entity: "certificate", id, detail: {} },
        there,
      ),
      { sql: "delete from sefaz_certificates where company = ?1 and id = ?2", args: [company, id] },
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!found) throw new Failed<CertificateFailure>({ code: "certificate.not_found" });
}

async function findCertificate(
  ports: Pick<Ports, "read">,
  company: number,
  id: string,
): Promise<Certificate> {
  const [row] = await ports.read.select(SHOWN).from(sefazCertificates).where(named(company, id));
  if (row === undefined) throw new Failed<CertificateFailure>({ code: "certificate.not_found" });
  return row;
}

const named = (company: number, id: string) => and(eq(SHOWN.company, company), eq(SHOWN.id, id));

/** Whether the same certificate is kept with the same secret. */
async function isKept(
  ports: Pick<Ports, "read" | "config">,
  company: number,
  id: string,
  secret: CertificateSecret,
): Promise<boolean> {
  const [row] = await ports.read
    .select({ secret: sealed })
    .from(sefazCertificates)
    .where(named(company, id));
  if (row === undefined) return false;
  const kept = await unsealCertificate(ports, company, id, row.secret);
  return JSON.stringify(kept) === JSON.stringify(secret);
}

/** Selects a row only when the certificate exists, with this sealed secret where one is given. */
const isThere = (company: number, id: string, secret?: string): Guard => ({
  sql: `select 1 from sefaz_certificates where company = ?1 and id = ?2${secret === undefined ? "" : " and secret = ?3"}`,
  args: [company, id, ...(secret === undefined ? [] : [secret])],
});

/**
 * Opens and checks what was given, and gives what is to be kept of it. A file that is none of the company's certificates is one
 * that is not there, with any password: its name and its password are another company's.
 */
async function opened(
  ports: Pick<Ports, "config" | "reader" | "read">,
  reader: PfxReader,
  given: NewCertificate,
  company: number,
  at: number,
): Promise<{ checked: CheckedCertificate; secret: CertificateSecret }> {
  const { passphrase } = given;
  const refused = (failure: CertificateFailure) =>
    new Failed<CertificateFailure>(
      "file" in given ? { code: "certificate.file", file: given.file } : failure,
    );
  const pfx = "pfx" in given ? given.pfx : await reader.file(given.file);
  if (pfx === null) throw refused({ code: "certificate.file", file: "" });
  const contents = await reader.open({ pfx, passphrase });
  if (!contents.ok) {
    const why = contents.error;
    throw refused(
      why === "passphrase"
        ? { code: "certificate.passphrase" }
        : { code: "certificate.unreadable", why },
    );
  }
  const { cnpjs } = await settingsOf(ports, company);
  const result = await checkCertificate(contents.value, cnpjs, at);
  if (!result.ok && OF_OTHERS.includes(result.error.code)) throw refused(result.error);
  const checked = orFail(result);
  const secret =
    "pfx" in given
      ? { passphrase, pfx: pfx.toBase64(), fileHash: null }
      : { passphrase, pfx: null, fileHash: await sha256(pfx) };
  return { checked, secret };
}

/** Failures that say that a certificate is not the company's. */
const OF_OTHERS: readonly CertificateFailure["code"][] = [
  "certificate.other_holder",
  "certificate.unreadable",
];
