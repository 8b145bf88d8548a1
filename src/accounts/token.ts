import { sign, verify } from "hono/jwt";
import { z } from "zod";
import { err, ok, type Result } from "../lib/result.ts";
import type { AccountsFailure } from "./failures.ts";
import type { Role } from "./roles.ts";

/** How long a session lasts without a new login: 24 h, as clients of S.G.E. expect. */
export const TOKEN_HOURS = 24;

/** How long a browser's session lasts without a request. */
export const IDLE_HOURS = 12;
/** How long it lasts after the login, whatever happens. */
export const SESSION_DAYS = 30;
/** A request with a session's token of this age gets a new one. */
const RENEW_AFTER_S = 3_600;

/** How far the clock of another process that signs with the same secret may be ahead of ours. */
const CLOCK_SKEW_S = 60;

/** Most characters of a token (an e-mail has at most 254). */
const MAX_LENGTH = 2_048;

/** The claims that are read from a token: identity and version. Role and e-mail are only for S.G.E. clients. */
const Claims = z.object({
  user_id: z.int().positive(),
  company: z.int().positive(),
  token_version: z.int().nonnegative(),
  iat: z.int().nonnegative(),
  /** Seconds since 1970. */
  exp: z.int().positive(),
  /** Of a browser's session: its id, and when its user gave the password (seconds since 1970). */
  session: z.string().min(1).max(64).optional(),
  auth_time: z.int().nonnegative().optional(),
});
export type Claims = z.infer<typeof Claims>;

/** The session of a browser, which keeps its token in a cookie. */
export interface BrowserSession {
  readonly id: string;
  /** When its user gave the password: seconds since 1970. */
  readonly startedAt: number;
}

/** The user that a token is made for. */
export interface TokenUser {
  readonly id: number;
  readonly company: number;
  readonly email: string;
  readonly role: Role;
  readonly tokenVersion: number;
}

/** As a key and not as text: hono would read a secret that contains "PUBLIC" or "PRIVATE" as PEM. */
const keyOf = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );

/**
 * A JWT (HS256, RFC 7519) with S.G.E.'s claims `user_id, email, role, sub, iat, exp`, and ours `company, token_version`.
 * Good for 24 h from `nowMs` (milliseconds UTC), or until the user's token version rises.
 */
export async function issueToken(secret: string, user: TokenUser, nowMs: number): Promise<string> {
  const iat = Math.floor(nowMs / 1_000);
  const claims = {
    user_id: user.id,
    email: user.email,
    role: user.role,
    sub: String(user.id),
    company: user.company,
    token_version: user.tokenVersion,
    iat,
    exp: iat + TOKEN_HOURS * 3_600,
  };
  return sign(claims, await keyOf(secret), "HS256");
}

/** When the token of a session that is issued at `nowMs` ends: seconds since 1970. */
export const sessionExpiry = ({ startedAt }: BrowserSession, nowMs: number): number =>
  Math.min(Math.floor(nowMs / 1_000) + IDLE_HOURS * 3_600, startedAt + SESSION_DAYS * 86_400);

/**
 * The token of a browser's session: of the same form, but with the session's id, and good for 12 h from `nowMs` or until 30 days
 * after the login. No program reads it, so it names neither e-mail nor role.
 */
export async function issueSessionToken(
  secret: string,
  user: Pick<TokenUser, "id" | "company" | "tokenVersion">,
  session: BrowserSession,
  nowMs: number,
): Promise<string> {
  const claims = {
    user_id: user.id,
    sub: String(user.id),
    company: user.company,
    token_version: user.tokenVersion,
    iat: Math.floor(nowMs / 1_000),
    exp: sessionExpiry(session, nowMs),
    session: session.id,
    auth_time: session.startedAt,
  };
  return sign(claims, await keyOf(secret), "HS256");
}

/** The session that the claims belong to; null for a token of a program. */
export const sessionOf = ({ session, auth_time }: Claims): BrowserSession | null =>
  session === undefined || auth_time === undefined ? null : { id: session, startedAt: auth_time };

/** Whether a session's token is to be replaced at `nowMs`: it is an hour old, and a new one would last longer. */
export const isOld = (claims: Claims, session: BrowserSession, nowMs: number): boolean =>
  nowMs / 1_000 - claims.iat > RENEW_AFTER_S && sessionExpiry(session, nowMs) > claims.exp;

/**
 * The claims of a token signed with `secret` by HS256 and no other algorithm, not expired at `nowMs`, issued at most a minute
 * after it, and good for 24 h at most: a token that was issued under a wrong clock does not outlive its correction.
 * Fails with `auth.invalid_token`, `malformed` (also: forged) or `expired`. Whether it was revoked only the database knows.
 */
export async function verifyToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<Result<Claims, AccountsFailure>> {
  const malformed = err({ code: "auth.invalid_token", why: "malformed" } as const);
  if (token.length > MAX_LENGTH || !canonical(token)) return malformed;
  let payload: unknown;
  try {
    // checkTimes compares the times, with the clock of the ports.
    const options = { alg: "HS256", exp: false, iat: false, nbf: false } as const;
    payload = await verify(token, await keyOf(secret), options);
  } catch {
    return malformed;
  }
  const claims = Claims.safeParse(payload);
  return claims.success ? checkTimes(claims.data, nowMs) : malformed;
}

/**
 * The claims, where their times are valid at `nowMs`. To be called for cached claims too: the clock may have been corrected.
 * Fails with `auth.invalid_token`, `malformed` (issued in the future, or for more than 24 h: RFC 7519 leaves both to the
 * verifier) or `expired`.
 */
export function checkTimes(claims: Claims, nowMs: number): Result<Claims, AccountsFailure> {
  const { iat, exp } = claims;
  const session = sessionOf(claims);
  const refused = (why: "malformed" | "expired") =>
    err({ code: "auth.invalid_token", why } as const);
  if (iat > nowMs / 1_000 + CLOCK_SKEW_S || exp - iat > TOKEN_HOURS * 3_600)
    return refused("malformed");
  if (session !== null && exp > sessionExpiry(session, iat * 1_000)) return refused("malformed");
  return exp * 1_000 <= nowMs ? refused("expired") : ok(claims);
}

/**
 * base64url leaves bits unused in the last character of a 32-byte signature, so four texts decode to the same bytes;
 * only one of them is the token that was issued.
 */
function canonical(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/.test(token);
}
