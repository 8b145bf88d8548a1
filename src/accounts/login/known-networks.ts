import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";

/** How long a network is known after the last login from it, and how many are known of one user. */
const KNOWN_MS = 90 * 86_400_000;
const MOST_NETWORKS = 20;

/** Whether the account of an e-mail address was logged in to from a network (login-limits.ts) in the last 90 days. */
export async function isKnownNetwork(
  { reader, clock }: Pick<Ports, "reader" | "clock">,
  email: string,
  network: string,
): Promise<boolean> {
  const rows = await reader.rows({
    sql: `select 1 from users u join known_networks k on k.company = u.company and k.user_id = u.id
      where u.email = ?1 and u.active = 1 and k.network = ?2 and k.last_login_at > ?3`,
    args: [email, network, clock.now() - KNOWN_MS],
  });
  return rows.length > 0;
}

/** Statements for the batch of a login: its network is known from now on; old ones, and those beyond the limit, are removed. */
export const rememberNetwork = (
  { id, company }: { readonly id: number; readonly company: number },
  network: string,
  nowMs: number,
): Statement[] => [
  {
    sql: `insert into known_networks (company, user_id, network, last_login_at) values (?1, ?2, ?3, ?4)
      on conflict do update set last_login_at = max(last_login_at, excluded.last_login_at)`,
    args: [company, id, network, nowMs],
  },
  {
    sql: `delete from known_networks where company = ?1 and user_id = ?2 and (last_login_at <= ?3 or network in (
        select network from known_networks where company = ?1 and user_id = ?2
        order by last_login_at desc, network limit -1 offset ?4))`,
    args: [company, id, nowMs - KNOWN_MS, MOST_NETWORKS],
  },
];

/** Statement for the batch of a new password: a person who knew the old one may have used these networks. `but` stays known. */
export const forgetNetworks = (
  company: number,
  userId: number,
  but: string | null,
  guard: Guard,
): Statement => {
  const next = guard.args.length;
  return {
    sql: `delete from known_networks where company = ?${next + 1} and user_id = ?${next + 2}
      and network is not ?${next + 3} and exists (${guard.sql})`,
    args: [...guard.args, company, userId, but],
  };
};
