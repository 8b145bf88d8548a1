import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { homePorts, ofPeople } from "../../accounts/home.ts";
import { recordKeyUse } from "../../accounts/keys/key-use.ts";
import { authenticate } from "../../accounts/login/authenticate.ts";
import { renewedToken } from "../../accounts/login/browser-session.ts";
import { type Claims, isOld, sessionExpiry, sessionOf } from "../../accounts/token.ts";
import { bringCompany } from "../../homes/people.ts";
import { tagVersions } from "../../journal/versions.ts";
import { Failed } from "../../lib/result.ts";
import { withTrace } from "../../observability/with-trace.ts";
import { faultCode } from "../../resilience/fault-code.ts";
import type { Env } from "../env.ts";
import { namedCompany } from "./named-company.ts";
import { accessOf, placeOf } from "./permissions.ts";
import {
  cookieToken,
  keepToken,
  refuseForeign,
  refuseOtherSession,
  saysCookie,
} from "./session-cookie.ts";

/**
 * Authenticates every request under /api: sets `actor` and `versions`, and `session` where a browser's cookie gave the token. The
 * token comes from `Authorization: Bearer`, but for one stream never from the address, so that none stays in a log or a browser's
 * history, and last from the cookie. A route that declares itself `open` needs no
 * token; one that declares nothing is refused with 403 (deny by default); an unknown path needs one, so that its 404 reveals nothing.
 * Fails with `auth.required`, `auth.invalid_token`; both carry `WWW-Authenticate` (RFC 6750). By cookie: `session.foreign`,
 * `session.other_person`, `session.other_company`. Where another company is named: as `namedCompany`.
 */
export const authenticated: MiddlewareHandler<Env> = async (c, next) => {
  const access = accessOf(c);
  if (access === "open") return next();
  const { token, byCookie } = credentialOf(c);
  const { actor, versions, claims, ...own } = await authenticate(c.get("ports"), token).catch(
    (error) => {
      if (error instanceof Failed && error.failure.code === "auth.invalid_token")
        c.header("www-authenticate", 'Bearer error="invalid_token"');
      throw error;
    },
  );
  recordKeyUse(c.get("ports"), actor);
  c.set("actor", actor);
  c.set("versions", versions);
  if (byCookie) enterSession(c, claims);
  const named = access === "unrouted" ? null : await namedCompany(c, byCookie ? claims : undefined);
  if (named !== null) {
    c.set("actor", named.actor);
    c.set("versions", named.versions);
  }
  const { home } = named ?? own;
  const atHome = placeOf(c) === "home";
  if (home !== undefined && atHome) await goHome(c, home);
  if (access === "undeclared") {
    c.var.ports.log("error", "route.undeclared", { method: c.req.method });
    throw new HTTPException(403);
  }
  await next();
  keepPrivate(c);
  if (home != null && !atHome && !READS.has(c.req.method)) await bring(c, home);
  if (byCookie && claims !== undefined) await renew(c, claims);
};

/** An answer that does not say how long it may be kept could be stored by a proxy, and given to another person. */
function keepPrivate(c: Context<Env>): void {
  const { headers } = c.res;
  if (headers.has("cache-control")) return;
  headers.set("cache-control", "private, no-cache");
  headers.append("vary", "Authorization, Cookie, Accept");
}

/** Sets `session`. A cookie holds the token of a session, and neither an API key nor the token of a program. */
function enterSession(c: Context<Env>, claims: Claims | undefined): void {
  const session = claims === undefined ? null : sessionOf(claims);
  if (claims === undefined || session === null)
    throw new Failed<AccountsFailure>({ code: "auth.invalid_token", why: "malformed" });
  refuseOtherSession(c, c.var.actor);
  const now = c.var.ports.clock.now();
  const expiresAt = isOld(claims, session, now) ? sessionExpiry(session, now) : claims.exp;
  c.set("session", { ...session, expiresAt });
}

/**
 * A session lasts while its browser asks: the answer brings a new token when the old one is an hour old. The stream opens itself
 * again without anybody there, so it renews nothing; an answer that has set or cleared the cookie is left as it is.
 */
async function renew(c: Context<Env>, claims: Claims): Promise<void> {
  if (c.req.path === STREAM_PATH || c.res.status === 401 || saysCookie(c)) return;
  const renewed = await renewedToken(c.var.ports, claims);
  if (renewed !== null) keepToken(c, renewed.token, renewed.session);
}

const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Brings what the request wrote with the people to the company's home before it is answered; else the next run does. */
async function bring(c: Context<Env>, home: string): Promise<void> {
  const { ports, actor } = c.var;
  const people = ofPeople(ports);
  await bringCompany(people, homePorts(ports, actor.company, home), actor.company).catch(
    (error: unknown) => ports.log("info", "home.people", { code: faultCode(error) }),
  );
}

/** From here on the request works in the database where its company lives, with the versions of that database. */
async function goHome(c: Context<Env>, home: string | null): Promise<void> {
  const [ports, actor] = [c.get("ports"), c.get("actor")];
  const there = withTrace(homePorts(ports, actor.company, home), ports.trace);
  c.set("ports", there);
  if (home !== null) c.set("versions", await tagVersions(there, actor.company, c.var.signal));
}

/** The route that also takes the token as `?token=`, because a browser's EventSource cannot send an Authorization header. */
export const STREAM_PATH = "/api/notifications/stream";

/** The token of `Authorization: Bearer`, on STREAM_PATH of `?token=`, or of the cookie. Fails with `auth.required`, `session.foreign`. */
export const bearerOf = (c: Context<Env>): string => credentialOf(c).token;

function credentialOf(c: Context<Env>): { readonly token: string; readonly byCookie: boolean } {
  const header = /^bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const given = header ?? (c.req.path === STREAM_PATH ? c.req.query("token") : undefined);
  if (given !== undefined) return { token: given, byCookie: false };
  const token = c.req.header("authorization") === undefined ? cookieToken(c) : undefined;
  if (token !== undefined) {
    refuseForeign(c);
    return { token, byCookie: true };
  }
  c.header("www-authenticate", "Bearer");
  throw new Failed<AccountsFailure>({ code: "auth.required" });
}
