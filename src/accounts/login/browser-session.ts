import { audit } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import type { UserCause } from "../actor.ts";
import { authCache } from "../auth-cache.ts";
import {
  type BrowserSession,
  type Claims,
  IDLE_HOURS,
  isOld,
  issueSessionToken,
  issueToken,
  sessionOf,
  type TokenUser,
} from "../token.ts";
import { type Credentials, type LoginPorts, type Session, signIn } from "./login.ts";

/** A session that was opened, and its token for the cookie. */
export interface OpenedSession extends Session {
  readonly company: number;
  readonly session: BrowserSession;
}

/** Opens the session of a browser with an e-mail and a password. Same limits, audit and failures as `login`. */
export async function openSession(
  ports: LoginPorts,
  given: Credentials,
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<OpenedSession> {
  const { tokenUser, at, user, companies } = await signIn(ports, given, request);
  const session = { id: newId(), startedAt: Math.floor(at / 1_000) };
  const token = await issueSessionToken(authCache(ports).secret, tokenUser, session, at);
  return { token, user, companies, company: tokenUser.company, session };
}

/** A token for a user: of the browser's session where the request came from one, else of 24 h for a program. */
export const tokenFor = (
  ports: Pick<Ports, "config" | "reader">,
  user: TokenUser,
  session: BrowserSession | undefined,
  nowMs: number,
): Promise<string> => {
  const { secret } = authCache(ports);
  return session === undefined
    ? issueToken(secret, user, nowMs)
    : issueSessionToken(secret, user, session, nowMs);
};

/** A new token for a session whose token is more than an hour old; null: the old one is kept. It writes and reads nothing. */
export async function renewedToken(
  ports: Pick<Ports, "config" | "reader" | "clock">,
  claims: Claims,
): Promise<{ readonly token: string; readonly session: BrowserSession } | null> {
  const session = sessionOf(claims);
  const now = ports.clock.now();
  if (session === null || !isOld(claims, session, now)) return null;
  const user = {
    id: claims.user_id,
    company: claims.company,
    tokenVersion: claims.token_version,
  };
  return { token: await issueSessionToken(authCache(ports).secret, user, session, now), session };
}

/** Most sessions of a person that are remembered as ended; one more ends all of the person's sessions and tokens. */
const MOST_ENDED = 200;

/**
 * Ends one session of the actor's user, and no other: its tokens are refused from the next request on and in every process. The
 * id is remembered for as long as a token may be there. Setting the token version fires the trigger of `logout`, also where it
 * stays the same.
 */
export async function endSession(
  ports: Pick<Ports, "writer" | "clock">,
  session: BrowserSession,
  cause: UserCause,
): Promise<void> {
  const now = ports.clock.now();
  const { userId } = cause.actor;
  await commitStatements(ports.writer, [
    {
      sql: `update users set
          token_version = token_version + ((select count(*) from json_each(ended_sessions) where value > ?4) >= ${MOST_ENDED}),
          ended_sessions = (select json_group_object(key, value) from (
            select key, value from json_each(ended_sessions) where value > ?4 and key <> ?2
              and (select count(*) from json_each(ended_sessions) where value > ?4) < ${MOST_ENDED}
            union all select ?2, ?3))
        where id = ?1`,
      args: [userId, session.id, now + IDLE_HOURS * 3_600_000, now],
    },
    audit(cause, now, { action: "session.end", entity: "user", id: String(userId), detail: {} }),
  ]);
}
