import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { commitStatements, type Guard, type Value } from "../../ports/sql.ts";
import { fetchedBy } from "./asks.ts";
import type { FetchFailure } from "./failures.ts";
import { MOST_FETCHED } from "./limits.ts";
import { gapsForgotten } from "./nsu-gaps.ts";

/** What a company decides about the distribution of one of its CNPJs. */
export interface FetchingChange {
  readonly cnpj: string;
  readonly environment: SefazEnvironment;
  /** cUFAutor, the IBGE code. */
  readonly uf: string;
  readonly active: boolean;
  /** The cursor set back to this NSU: what follows it is fetched again. */
  readonly ultNsu?: number;
}

/** Fails with `sefaz.other_cnpj` for a CNPJ that has the root of none of the company's. */
export function requireOwnCnpj({ cnpjs }: Pick<Settings, "cnpjs">, cnpj: string): void {
  if (!cnpjs.some((own) => sameRoot(own, cnpj)))
    throw new Failed<FetchFailure>({ code: "sefaz.other_cnpj", cnpj });
}

/**
 * Switches the fetching of a CNPJ on or off; who does it becomes the author of what comes. The limits stay as they are, and the
 * cursor where it is not set back: off and on again gains no call. Set back, the answer of a call that is under way counts no
 * more, and what was passed over beyond is found again. Fails with `sefaz.cursor_ahead` and `sefaz.too_many_cnpjs`.
 */
export async function changeFetching(
  ports: Pick<Ports, "writer" | "clock">,
  { cnpj, environment, uf, active, ultNsu }: FetchingChange,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const row: Value[] = [company, cnpj, environment];
  const ofRow = "company = ?1 and cnpj = ?2 and environment = ?3";
  const back = ultNsu ?? null;
  const isChanged: Guard = {
    sql: `select 1 from sefaz_cursors where ${ofRow} and ult_nsu = coalesce(?4, ult_nsu)`,
    args: [...row, back],
  };
  const read = await ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_cursors (company, cnpj, environment, uf, active, due_at, saved_by, created_at, updated_at)
          select ?1, ?2, ?3, ?4, ?5, ?7, ?6, ?7, ?7
          where coalesce(?8, 0) <= coalesce((select ult_nsu from sefaz_cursors where ${ofRow}), 0)
            and (exists (select 1 from sefaz_cursors where ${ofRow}) or (select count(*) from sefaz_cursors where company = ?1) < ?9)
          on conflict (company, cnpj, environment) do update set uf = ?4, active = ?5, saved_by = ?6, updated_at = ?7,
            ult_nsu = coalesce(?8, ult_nsu), call = iif(?8 is null, call, null)`,
        args: [...row, uf, Number(active), userId, at, back, MOST_FETCHED],
      },
      ...(back === null ? [] : gapsForgotten({ company, cnpj, environment }, back, isChanged)),
      audit(
        cause,
        at,
        {
          action: "sefaz.configure",
          entity: "sefaz",
          id: cnpj,
          detail: { environment, uf, active, ...(back === null ? {} : { ult_nsu: back }) },
        },
        isChanged,
      ),
      bumpTags(company, ["alerts", "sefaz"], isChanged),
      { sql: `select ult_nsu from sefaz_cursors where ${ofRow}`, args: row },
    ],
    read: (rows) => rows.at(-1)?.[0]?.ult_nsu ?? null,
  });
  const isNew = read === null && (back ?? 0) === 0;
  if (isNew) throw new Failed<FetchFailure>({ code: "sefaz.too_many_cnpjs", limit: MOST_FETCHED });
  if (back !== null && Number(read) !== back)
    throw new Failed<FetchFailure>({ code: "sefaz.cursor_ahead", cnpj, ult_nsu: Number(read) });
}

/**
 * Plans the next call of a CNPJ for now instead of later, in an environment or where `fetchedBy` says; the limits of the service stay, so that it goes out when they allow.
 * Fails with `sefaz.not_fetching`.
 */
export async function planNow(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
  cnpj: string,
  wanted: SefazEnvironment | null = null,
): Promise<void> {
  const { environment } = await fetchedBy(ports, company, cnpj, wanted);
  await commitStatements(ports.writer, [
    {
      sql: `update sefaz_cursors set due_at = min(due_at, ?4) where company = ?1 and cnpj = ?2 and environment = ?3`,
      args: [company, cnpj, environment, ports.clock.now()],
    },
  ]);
}
