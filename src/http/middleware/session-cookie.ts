import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Actor } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { type BrowserSession, sessionExpiry } from "../../accounts/token.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** In development on this machine a browser is asked by http, where some refuse a Secure cookie, which `__Host-` needs. */
const isPlain = (c: Context<Env>): boolean =>
  c.var.ports.config.APP_ENV === "development" && LOOPBACK.test(c.req.header("host") ?? "");

const nameOf = (c: Context<Env>): string => (isPlain(c) ? "sge" : "__Host-sge");

const attributesOf = (c: Context<Env>) =>
  ({ httpOnly: true, secure: !isPlain(c), sameSite: "Strict", path: "/" }) as const;

/** The token in the session's cookie, unchecked. */
export const cookieToken = (c: Context<Env>): string | undefined => getCookie(c, nameOf(c));

/** Gives the browser the token of a session, for as long as the token is valid. */
export function keepToken(c: Context<Env>, token: string, session: BrowserSession): void {
  const now = c.var.ports.clock.now();
  const maxAge = sessionExpiry(session, now) - Math.floor(now / 1_000);
  setCookie(c, nameOf(c), token, { ...attributesOf(c), maxAge });
}

/** Takes the token of a session away from the browser. */
export const dropToken = (c: Context<Env>): unknown => deleteCookie(c, nameOf(c), attributesOf(c));

/** Whether the answer already says something about the cookie. */
export const saysCookie = (c: Context<Env>): boolean =>
  c.res.headers.getSetCookie().some((one) => one.startsWith(`${nameOf(c)}=`));

/**
 * Refuses a request with the session's cookie that no page of this service has sent. Browsers say where a request comes from in
 * Sec-Fetch-Site; `same-site` is refused, because another port of a host is the same site. Where it is absent (http), Origin must
 * name our Host; a read may have none. Never compared with our own URL, which behind a proxy is another. Fails with
 * `session.foreign`.
 */
export function refuseForeign(c: Context<Env>): void {
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const ours =
    site === undefined
      ? origin === undefined
        ? reads
        : URL.canParse(origin) && new URL(origin).host === c.req.header("host")
      : // `none`: typed into the address bar.
        site === "same-origin" || (reads && site === "none");
  if (!ours) throw new Failed<AccountsFailure>({ code: "session.foreign" });
}

/** The headers in which a page says for which person and company it was opened: their ids. */
const PERSON_HEADER = "x-person";
const COMPANY_HEADER = "x-company";

/**
 * Refuses a request of a page that was opened for another person or company than the session is of now: two tabs share one cookie,
 * and what is written in one must not land in the company, or under the name, that was chosen in the other. Fails with
 * `session.other_person`, `session.other_company`.
 */
export function refuseOtherSession(c: Context<Env>, { userId, company }: Actor): void {
  const says = (header: string, id: number) =>
    [undefined, String(id)].includes(c.req.header(header));
  if (!says(PERSON_HEADER, userId))
    throw new Failed<AccountsFailure>({ code: "session.other_person" });
  if (!says(COMPANY_HEADER, company))
    throw new Failed<AccountsFailure>({ code: "session.other_company", company });
}
