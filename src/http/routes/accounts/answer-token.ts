import type { Context } from "hono";
import type { Env } from "../../env.ts";
import { keepToken } from "../../middleware/session-cookie.ts";

/** What the contract says of a `token` that a browser's session does not get to see. */
export const BY_COOKIE = "Falta onde a chamada veio pelo cookie da sessão: ele traz o novo token";

/** Answers with a new token; the session of a browser gets it in its cookie and nowhere else, so that no script reads it. */
export function answerToken(c: Context<Env>, token: string) {
  const { session } = c.var;
  c.header("cache-control", "no-store");
  if (session === undefined) return c.json({ token }, 200);
  keepToken(c, token, session);
  return c.json({}, 200);
}
