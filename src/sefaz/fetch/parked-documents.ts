import type { UserCause } from "../../accounts/actor.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { askFor, type WaitingAsk } from "./asks.ts";
import type { Environment } from "./claim-call.ts";
import type { FetchFailure } from "./failures.ts";

/** A document of the distribution that could not be taken. */
export interface Parked {
  readonly cnpj: string;
  readonly environment: Environment;
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
  readonly after: Pick<Parked, "cnpj" | "environment" | "nsu"> | null;
}

/** The parked documents of a company, by CNPJ and NSU. */
export async function parkedDocuments(
  ports: Pick<Ports, "reader">,
  company: number,
  { limit, after }: ParkedPage,
): Promise<Parked[]> {
  const rows = await ports.reader.rows({
    sql: `select cnpj, environment, nsu, schema, reason, length(bytes) as size, parked_at from sefaz_parked
      where company = ?1 and taken_at is null and (cnpj, environment, nsu) > (?2, ?3, ?4)
      order by cnpj, environment, nsu limit ?5`,
    args: [company, after?.cnpj ?? "", after?.environment ?? "", after?.nsu ?? 0, limit],
  });
  return rows.map((row) => ({
    cnpj: String(row.cnpj),
    // A CHECK of the table of cursors, whose value it is.
    environment: trusted<Environment>(row.environment),
    nsu: Number(row.nsu),
    schema: String(row.schema),
    reason: String(row.reason),
    size: row.size === null ? null : Number(row.size),
    parkedAt: Number(row.parked_at),
  }));
}

/**
 * Asks the service for a parked document again, or for an NSU that the cursor passed, within the hour's allowance; it is taken
 * when the answer can be read now. Fails with `sefaz.parked_not_found`, and as `askFor`.
 */
export async function retryParked(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  cnpj: string,
  nsu: number,
  cause: UserCause,
): Promise<WaitingAsk> {
  const [row] = await ports.reader.rows({
    sql: `select 1 from sefaz_parked where company = ?1 and cnpj = ?2 and nsu = ?3 and taken_at is null
      union all select 1 from sefaz_nsu_gaps where company = ?1 and cnpj = ?2 and first_nsu <= ?3 and last_nsu >= ?3 limit 1`,
    args: [cause.actor.company, cnpj, nsu],
  });
  if (row === undefined)
    throw new Failed<FetchFailure>({ code: "sefaz.parked_not_found", cnpj, nsu });
  return askFor(ports, { cnpj, kind: "nsu", subject: String(nsu) }, cause);
}
