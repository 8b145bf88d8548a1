import type { Actor, UserCause } from "../accounts/actor.ts";
import type { Permission } from "../accounts/roles.ts";
import { appendEvents, audit } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { ConfirmationFailure } from "./failures.ts";

/** How long a person has to confirm, ms. */
export const CONFIRM_WITHIN_MS = 900_000;
/** Confirmations that wait at a time: of one key, and of one company. */
const MOST_OF_KEY = 20;
export const MOST_WAITING = 100;

/** A write that an API key asks for. */
export interface Asked {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** One sentence in Portuguese, for the person who confirms. */
  readonly summary: string;
  readonly permission: Permission;
  readonly planHash: string;
}

/**
 * Writes that a key asks for this; nothing else. Gives its id and until when (ms UTC) it may be confirmed.
 * Fails with `confirmation.too_many`.
 */
export async function askConfirmation(
  ports: Pick<Ports, "writer" | "clock">,
  { tool, args, summary, permission, planHash }: Asked,
  cause: UserCause & { readonly actor: Actor & { readonly keyId: string } },
): Promise<{ id: string; expiresAt: number }> {
  const { company, userId, keyId } = cause.actor;
  const id = newId();
  const at = ports.clock.now();
  const expiresAt = at + CONFIRM_WITHIN_MS;
  const here = {
    sql: "select 1 from confirmations where company = ?1 and id = ?2",
    args: [company, id],
  };
  const made = await ports.writer.commit({
    statements: [
      {
        sql: `insert into confirmations (company, id, state, plan_hash, tool, args, summary, permission, asked_by_user,
            asked_by_key, asked_at, expires_at)
          select ?1, ?2, 'waiting', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
          where (select count(*) from confirmations where company = ?1 and state = 'waiting' and expires_at > ?10) < ?12
            and (select count(*) from confirmations where company = ?1 and state = 'waiting' and expires_at > ?10
              and asked_by_key = ?9) < ?13
          returning id`,
        args: [
          company,
          id,
          planHash,
          tool,
          JSON.stringify(args),
          summary,
          permission,
          userId,
          keyId,
          at,
          expiresAt,
          MOST_WAITING,
          MOST_OF_KEY,
        ],
      },
      audit(
        cause,
        at,
        {
          action: "confirmation.ask",
          entity: "confirmation",
          id,
          detail: { tool, plan_hash: planHash },
        },
        here,
      ),
      appendEvents(
        company,
        at,
        [{ type: "confirmation.asked", payload: { confirmation_id: id, tool } }],
        here,
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!made)
    throw new Failed<ConfirmationFailure>({
      code: "confirmation.too_many",
      limit: MOST_OF_KEY,
      retryAfterS: 60,
    });
  return { id, expiresAt };
}
