import type { UserCause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";

/** For which announced notes ciência is stated without a person; a known supplier has a mapping here. */
export type AwarenessRule = "never" | "always" | "known_suppliers";
export const AWARENESS_RULES = ["never", "always", "known_suppliers"] as const;

/** The company's rule; `never` where none was saved. */
export async function awarenessRule(
  ports: Pick<Ports, "reader">,
  company: number,
): Promise<AwarenessRule> {
  const [row] = await ports.reader.rows({
    sql: "select awareness from sefaz_statement_rules where company = ?1",
    args: [company],
  });
  // A CHECK of the table.
  return row === undefined ? "never" : trusted<AwarenessRule>(row.awareness);
}

/** Saves the rule; who does it becomes the author of what it states. */
export async function changeAwarenessRule(
  ports: Pick<Ports, "writer" | "clock">,
  awareness: AwarenessRule,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  await commitStatements(ports.writer, [
    {
      sql: `insert into sefaz_statement_rules (company, awareness, saved_by, updated_at) values (?1, ?2, ?3, ?4)
        on conflict do update set awareness = ?2, saved_by = ?3, updated_at = ?4`,
      args: [company, awareness, userId, at],
    },
    audit(cause, at, {
      action: "sefaz.awareness",
      entity: "sefaz",
      id: null,
      detail: { awareness },
    }),
  ]);
}
