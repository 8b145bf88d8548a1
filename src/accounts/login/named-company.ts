import { versionsFrom, versionsSql } from "../../journal/versions.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Authenticated } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { homeOf, homeSql, ofPeople } from "../home.ts";
import type { Role } from "../roles.ts";
import type { Claims } from "../token.ts";

/**
 * The person of a browser's session in another company of theirs, for one read. One statement, kept nowhere: the session still
 * counts, the membership there is active now, and the role is the one that the person has there. Fails with `company.not_found`.
 */
export async function inNamedCompany(
  ports: Pick<Ports, "reader"> & Partial<Pick<Ports, "homes">>,
  claims: Claims,
  company: number,
): Promise<Authenticated> {
  const people = ofPeople(ports);
  const [row] = await people.reader.rows({
    sql: `select o.role, ${versionsSql("o.company")} as versions${homeSql(ports, "o.company")}
      from memberships m join users u on u.id = m.user_id
        join memberships o on o.company = ?5 and o.user_id = m.user_id and o.active = 1
      where m.company = ?2 and m.user_id = ?1 and m.active = 1 and u.token_version + m.token_version = ?3
        and json_extract(u.ended_sessions, '$."' || ?4 || '"') is null`,
    args: [claims.user_id, claims.company, claims.token_version, claims.session ?? null, company],
  });
  if (row === undefined) throw new Failed<AccountsFailure>({ code: "company.not_found" });
  const { home } = homeOf(ports, row);
  return {
    // A CHECK of the migration holds the column to the four roles.
    actor: {
      company,
      userId: claims.user_id,
      role: trusted<Role>(row.role),
      openCompany: claims.company,
    },
    versions: versionsFrom(row.versions),
    ...(home === undefined ? {} : { home }),
  };
}
