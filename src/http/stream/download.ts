import type { Context } from "hono";
import { settingsOf } from "../../accounts/settings/settings.ts";
import type { Env } from "../env.ts";
import { untilRevoked } from "./revocation.ts";

/** How long a reader may pause; each part that it reads renews the timeout. */
const IDLE_TIMEOUT_S = 120;

/** A file that is written while it is downloaded: for whom, in which zone, and how long. */
export interface Download {
  readonly company: number;
  /** The IANA zone in which instants are shown. */
  readonly timeZone: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** To be called each time the client asks for more. */
  onRead(): void;
}

/** The download of a request; it ends when the token no longer allows reading. */
export async function downloadOf(c: Context<Env>): Promise<Download> {
  const { ports, actor, request, requestId, versions } = c.var;
  const session = untilRevoked(c);
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return {
    company: actor.company,
    timeZone,
    requestId,
    signal: session.signal,
    onRead() {
      ports.extendIdleTimeout(request, IDLE_TIMEOUT_S);
      session.check();
    },
  };
}
