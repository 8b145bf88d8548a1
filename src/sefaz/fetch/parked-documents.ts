import type { UserCause } from "../../accounts/actor.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { askFor, OWN_ENVIRONMENT, type WaitingAsk } from "./asks.ts";
import type { FetchFailure } from "./failures.ts";

/** A document of the distribution that could not be taken. */
export interface ParkedDocument {
  readonly cnpj: string;
  readonly environment: SefazEnvironment;
  /** Below 1: it names none, and cannot be asked for again. */
  readonly nsu: number;
  readonly schema: string;
  readonly reason: string;
  /** Bytes that are kept of it; null: none. */
  readonly size: number | null;
  readonly parkedAt: number;
}

/** The rows after one in the order of the list; null: from the first on. */
export interface ParkedPage {
  readonly limit: number;
  readonly after: Pick<ParkedDocument, "cnpj" | "environment" | "nsu"> | null;
}

/** The parked documents of a company, by CNPJ and NSU. */
export async function parkedDocuments(
  ports: Pick<Ports, "reader">,
  company: number,
  { limit, after }: ParkedPage,
): Promise<ParkedDocument[]> {
  const rows = await ports.reader.rows({
    sql: `select cnpj, environment, nsu, schema, reason, length(bytes) as size, parked_at from sefaz_parked
      where company = ?1 and taken_at is null and (cnpj, environment, nsu) > (?2, ?3, ?4)
      order by cnpj, environment, nsu limit ?5`,
    args: [
      company,
      after?.cnpj ?? "",
      after?.environment ?? "",
      after?.nsu ?? Number.MIN_SAFE_INTEGER,
      limit,
    ],
  });
  return rows.map((row) => ({
    cnpj: String(row.cnpj),
    // A CHECK of the table of cursors, whose value it is.
    environment: trusted<SefazEnvironment>(row.environment),
    nsu: Number(row.nsu),
    schema: String(row.schema),
    reason: String(row.reason),
    size: row.size === null ? null : Number(row.size),
    parkedAt: Number(row.parked_at),
  }));
}

/** Reasons of documents that were opened, and are kept as they are; of the others the packed bytes are kept. */
const OPENED: readonly string[] = ["schema", "summary"];

/**
 * What is kept of a parked document. `isXml`: as the service gave it, else its damaged docZip, at most so much of it as is kept. Fails
 * with `sefaz.parked_not_found`, also where nothing is kept.
 */
export async function parkedBytes(
  ports: Pick<Ports, "reader">,
  company: number,
  { cnpj, environment, nsu }: Pick<ParkedDocument, "cnpj" | "environment" | "nsu">,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly isXml: boolean }> {
  const [row] = await ports.reader.rows({
    sql: `select reason, bytes from sefaz_parked
      where company = ?1 and cnpj = ?2 and environment = ?3 and nsu = ?4 and taken_at is null and bytes is not null`,
    args: [company, cnpj, environment, nsu],
  });
  if (!(row?.bytes instanceof Uint8Array))
    throw new Failed<FetchFailure>({ code: "sefaz.parked_not_found", cnpj, nsu });
  return { bytes: new Uint8Array(row.bytes), isXml: OPENED.includes(String(row.reason)) };
}

/**
 * Asks the service for a parked document again, or for an NSU that the cursor passed, within the hour's allowance, in its own
 * environment (null: of both in the company's own); it is taken when the answer can be read now. Fails with `sefaz.parked_not_found`, and as `askFor`.
 */
export async function retryParked(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  {
    cnpj,
    nsu,
    environment,
  }: Pick<ParkedDocument, "cnpj" | "nsu"> & { environment: SefazEnvironment | null },
  cause: UserCause,
): Promise<WaitingAsk> {
  const [row] = await ports.reader.rows({
    sql: `select coalesce(max(iif(f.environment = ${OWN_ENVIRONMENT}, f.environment, null)), max(f.environment)) as environment
      from companies c join (
        select environment from sefaz_parked where company = ?1 and cnpj = ?2 and nsu = ?3 and taken_at is null
        union select environment from sefaz_nsu_gaps where company = ?1 and cnpj = ?2 and first_nsu <= ?3 and last_nsu >= ?3) f
      where c.id = ?1 and (?4 is null or f.environment = ?4)`,
    args: [cause.actor.company, cnpj, nsu, environment],
  });
  if (row?.environment == null)
    throw new Failed<FetchFailure>({ code: "sefaz.parked_not_found", cnpj, nsu });
  const of = trusted<SefazEnvironment>(row.environment);
  return askFor(ports, { cnpj, environment: of, kind: "nsu", subject: String(nsu) }, cause);
}
