import type { UserCause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { newId } from "../../lib/id.ts";
import { parameters } from "../../lib/parameters.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Guard, Value } from "../../ports/sql.ts";
import type { CursorRef } from "./claim-call.ts";
import type { FetchFailure } from "./failures.ts";
import { MOST_WAITING_ASKS } from "./limits.ts";

/** SQL: the environment of a company `c`, as a tpAmb. */
export const OWN_ENVIRONMENT = "iif(c.environment = 'production', '1', '2')";

/** A note or a document that a person wants from the service. */
export interface WaitingAsk extends CursorRef {
  readonly id: string;
  /** An access key or an NSU. */
  readonly subject: string;
}

/** What is wanted of the service, by whose CNPJ, and where; null: as `fetchedBy` finds them. */
export interface WantedDocument {
  readonly cnpj: string | null;
  readonly environment: SefazEnvironment | null;
  readonly kind: "key" | "nsu";
  readonly subject: string;
}

/**
 * Puts a document into the queue of what is asked for by key or NSU; asked again while it waits, it stays once. The calls
 * follow within the hour's allowance. Fails with `sefaz.not_fetching` and `sefaz.too_many_asks`.
 */
export async function askFor(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  wanted: WantedDocument,
  cause: UserCause,
): Promise<WaitingAsk> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const { cnpj, environment } = await fetchedBy(ports, company, wanted.cnpj, wanted.environment);
  const { kind, subject } = wanted;
  const id = newId();
  const fits: Guard = {
    sql: `select 1 where (select count(*) from sefaz_asks where company = ?1 and state = 'waiting') < ?2
      and not exists (select 1 from sefaz_asks
        where company = ?1 and cnpj = ?3 and environment = ?4 and kind = ?5 and subject = ?6 and state = 'waiting')`,
    args: [company, MOST_WAITING_ASKS, cnpj, environment, kind, subject],
  };
  const { args, add } = parameters<Value>(fits.args);
  const waiting = await ports.writer.commit({
    statements: [
      audit(
        cause,
        at,
        { action: "sefaz.ask", entity: "sefaz", id: subject, detail: { cnpj, kind } },
        fits,
      ),
      {
        sql: `insert into sefaz_asks (company, id, cnpj, environment, kind, subject, state, asked_by, asked_at)
          select ?1, ${add(id)}, ?3, ?4, ?5, ?6, 'waiting', ${add(userId)}, ${add(at)} where exists (${fits.sql})`,
        args,
      },
      {
        sql: `select id from sefaz_asks
          where company = ?1 and cnpj = ?2 and environment = ?3 and kind = ?4 and subject = ?5 and state = 'waiting'`,
        args: [company, cnpj, environment, kind, subject],
      },
    ],
    read: (rows) => rows.at(-1)?.[0]?.id,
  });
  if (waiting === undefined)
    throw new Failed<FetchFailure>({
      code: "sefaz.too_many_asks",
      limit: MOST_WAITING_ASKS,
      retryAfterS: 3_600,
    });
  return { company, cnpj, environment, id: String(waiting), subject };
}

/**
 * The CNPJ with fetching switched on: the given one, or the company's first; in the given environment, or in the one that is switched
 * on, of both in the company's own. Fails with `sefaz.not_fetching`.
 */
export async function fetchedBy(
  ports: Pick<Ports, "reader">,
  company: number,
  cnpj: string | null,
  environment: SefazEnvironment | null,
): Promise<CursorRef> {
  const [row] = await ports.reader.rows({
    sql: `select f.cnpj, f.environment from sefaz_cursors f join companies c on c.id = f.company
      where f.company = ?1 and f.active = 1 and (?2 is null or f.cnpj = ?2) and (?3 is null or f.environment = ?3)
      order by f.environment = ${OWN_ENVIRONMENT} desc, f.cnpj limit 1`,
    args: [company, cnpj, environment],
  });
  if (row === undefined) throw new Failed<FetchFailure>({ code: "sefaz.not_fetching", cnpj });
  // A CHECK of the table.
  return {
    company,
    cnpj: String(row.cnpj),
    environment: trusted<SefazEnvironment>(row.environment),
  };
}
