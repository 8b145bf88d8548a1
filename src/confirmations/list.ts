import { and, desc, eq, gt, sql } from "drizzle-orm";
import { type KeyRole, may, type Role } from "../accounts/roles.ts";
import { apiKeys, memberships, users } from "../accounts/tables.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import { MOST_WAITING } from "./ask.ts";
import type { ConfirmationFailure } from "./failures.ts";
import { confirmations } from "./tables.ts";

/** A confirmation of a company; instants in ms UTC. */
export type Confirmation = typeof confirmations.$inferSelect & {
  readonly keyName: string | null;
  readonly userName: string | null;
  /** The key that asked; null: there is none. */
  readonly keyRole: KeyRole | null;
  readonly keyExpiresAt: number | null;
  readonly keyRevokedAt: number | null;
  /** The membership of who made the key. */
  readonly makerRole: Role | null;
  readonly makerActive: boolean | null;
  /** 1: the people here are copies, without memberships, and the key comes as it acts (homes/people.ts). */
  readonly ofCopies: number | null;
};

/** How a confirmation stands at an instant (ms UTC): one that waits has ended with its time, and with its key. */
export const stateOf = (
  confirmation: Confirmation,
  now: number,
): "waiting" | "confirmed" | "refused" | "expired" => {
  const { state, expiresAt } = confirmation;
  return state === "waiting" && (expiresAt <= now || !keyMayAsk(confirmation, now))
    ? "expired"
    : state;
};

/** Whether the key could still ask for it: as `authenticateKey`, and as the batch finds it (`KEY_MAY_ASK`). */
const keyMayAsk = (one: Confirmation, now: number): boolean =>
  one.keyRole !== null &&
  one.keyRevokedAt === null &&
  (one.keyExpiresAt === null || one.keyExpiresAt > now) &&
  may(one.keyRole, one.permission) &&
  (one.ofCopies === 1 ||
    (one.makerActive === true && one.makerRole !== null && may(one.makerRole, one.permission)));

/** SQL of the same for a row of `confirmations`. ?1 is the company, ?4 the instant, ?7 the roles with its permission, as JSON. */
export const KEY_MAY_ASK = `exists (select 1 from api_keys k
  left join users u on u.id = k.created_by
  left join memberships m on m.company = k.company and m.user_id = k.created_by
  where k.company = ?1 and k.id = confirmations.asked_by_key and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > ?4) and k.role in (select value from json_each(?7))
    and (u.password_hash = '' or (m.active = 1 and m.role in (select value from json_each(?7)))))`;

const read = (ports: Pick<Ports, "read">) =>
  ports.read
    .select({
      confirmation: confirmations,
      keyName: apiKeys.name,
      keyRole: apiKeys.role,
      keyExpiresAt: apiKeys.expiresAt,
      keyRevokedAt: apiKeys.revokedAt,
      makerRole: memberships.role,
      makerActive: memberships.active,
      userName: users.name,
      ofCopies: sql<number | null>`${users.passwordHash} = ''`,
    })
    .from(confirmations)
    .leftJoin(
      apiKeys,
      and(eq(apiKeys.company, confirmations.company), eq(apiKeys.id, confirmations.askedByKey)),
    )
    .leftJoin(
      memberships,
      and(
        eq(memberships.company, confirmations.company),
        eq(memberships.userId, apiKeys.createdBy),
      ),
    )
    .leftJoin(users, eq(users.id, confirmations.askedByUser));

/** What waits for a person, newest first: at most MOST_WAITING. */
export async function waitingConfirmations(
  ports: Pick<Ports, "read" | "clock">,
  company: number,
): Promise<Confirmation[]> {
  const now = ports.clock.now();
  const rows = await read(ports)
    .where(
      and(
        eq(confirmations.company, company),
        eq(confirmations.state, "waiting"),
        gt(confirmations.expiresAt, now),
      ),
    )
    .orderBy(desc(confirmations.expiresAt))
    .limit(MOST_WAITING);
  return rows.map(flat).filter((one) => stateOf(one, now) === "waiting");
}

/** A confirmation of the company, also one that has ended. Fails with `confirmation.not_found`. */
export async function findConfirmation(
  ports: Pick<Ports, "read">,
  company: number,
  id: string,
): Promise<Confirmation> {
  const [row] = await read(ports).where(
    and(eq(confirmations.company, company), eq(confirmations.id, id)),
  );
  if (row === undefined) throw new Failed<ConfirmationFailure>({ code: "confirmation.not_found" });
  return flat(row);
}

const flat = ({
  confirmation,
  ...names
}: { readonly confirmation: typeof confirmations.$inferSelect } & Omit<
  Confirmation,
  keyof typeof confirmations.$inferSelect
>): Confirmation => ({ ...confirmation, ...names });
