import type { UserCause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import type { Environment } from "./claim-call.ts";

/** What a company decides about the distribution of one of its CNPJs. */
export interface FetchingChange {
  readonly cnpj: string;
  readonly environment: Environment;
  /** cUFAutor, the IBGE code. */
  readonly uf: string;
  readonly active: boolean;
}

/**
 * Switches the fetching of a CNPJ on or off; who does it becomes the author of what comes. The cursor and the limits stay as
 * they are: off and on again gains no call.
 */
export async function changeFetching(
  ports: Pick<Ports, "writer" | "clock">,
  { cnpj, environment, uf, active }: FetchingChange,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  await commitStatements(ports.writer, [
    {
      sql: `insert into sefaz_cursors (company, cnpj, environment, uf, active, due_at, saved_by, created_at, updated_at)
        values (?1, ?2, ?3, ?4, ?5, ?7, ?6, ?7, ?7)
        on conflict (company, cnpj, environment) do update set uf = ?4, active = ?5, saved_by = ?6, updated_at = ?7`,
      args: [company, cnpj, environment, uf, Number(active), userId, at],
    },
    audit(cause, at, {
      action: "sefaz.configure",
      entity: "sefaz",
      id: cnpj,
      detail: { environment, uf, active },
    }),
  ]);
}
