import { and, desc, eq, gt } from "drizzle-orm";
import { apiKeys, users } from "../accounts/tables.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import { MOST_WAITING } from "./ask.ts";
import type { ConfirmationFailure } from "./failures.ts";
import { confirmations } from "./tables.ts";

/** A confirmation of a company; instants in ms UTC. */
export type Confirmation = typeof confirmations.$inferSelect & {
  readonly keyName: string | null;
  readonly userName: string | null;
  readonly keyRevokedAt: number | null;
};

/** How a confirmation stands at an instant (ms UTC). */
export const stateOf = (
  { state, expiresAt, keyRevokedAt }: Confirmation,
  now: number,
): "waiting" | "confirmed" | "refused" | "expired" =>
  state === "waiting" && (expiresAt <= now || keyRevokedAt !== null) ? "expired" : state;

const read = (ports: Pick<Ports, "read">) =>
  ports.read
    .select({
      confirmation: confirmations,
      keyName: apiKeys.name,
      keyRevokedAt: apiKeys.revokedAt,
      userName: users.name,
    })
    .from(confirmations)
    .leftJoin(
      apiKeys,
      and(eq(apiKeys.company, confirmations.company), eq(apiKeys.id, confirmations.askedByKey)),
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
}: { readonly confirmation: typeof confirmations.$inferSelect } & Pick<
  Confirmation,
  "keyName" | "userName" | "keyRevokedAt"
>): Confirmation => ({ ...confirmation, ...names });
