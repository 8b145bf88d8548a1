import type { MiddlewareHandler } from "hono";
import type { RequestFailure } from "../../failures.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { accessOf } from "./permissions.ts";

/** RFC 3986, 3.2.2, in the forms that are in use: a name or IPv4 address, or an IPv6 address in brackets; a port. */
const HOST = /^(?:[\w.~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Refuses a Host header that is invalid or names several servers (RFC 9112, 3.2), because a proxy might choose another one.
 * An absent Host is accepted: HTTP/1.0 has none. Fails with `request.invalid_host`.
 */
export const checkHost: MiddlewareHandler<Env> = (c, next) => {
  const host = c.req.header("host");
  if (host === undefined || HOST.test(host)) return next();
  throw new Failed<RequestFailure>({ code: "request.invalid_host" });
};

/**
 * Refuses a URL whose escaped bytes are not UTF-8 (some programs send ISO-8859-1): decoded wrongly, a search would return
 * nothing and no error. Runs after authentication and the method check. Fails with `request.invalid_encoding`.
 */
export const checkUrlEncoding: MiddlewareHandler<Env> = (c, next) => {
  const { url } = c.req.raw;
  if (!url.includes("%") || accessOf(c) === "unrouted") return next();
  const [path = "", ...rest] = url.split("?");
  for (const pair of rest.join("?").split("&")) {
    const name = pair.split("=", 1).join("");
    if (!isUtf8(pair)) throw invalid(isUtf8(name) ? name : "?");
  }
  if (!isUtf8(path)) throw invalid("path");
  return next();
};

const invalid = (where: string) =>
  new Failed<RequestFailure>({ code: "request.invalid_encoding", where: where.slice(0, 60) });

const ESCAPED = /(?:%[0-9a-f]{2})+/gi;
/** U+FFFD, which a runtime writes in place of a byte that is not UTF-8. */
const REPLACED = /%ef%bf%bd/i;

/** Whether the percent-encoded bytes of a text are UTF-8. A `%` without two hexadecimal digits is a character (WHATWG URL). */
function isUtf8(text: string): boolean {
  if (REPLACED.test(text)) return false;
  try {
    for (const [bytes] of text.matchAll(ESCAPED)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Removes query parameters without a value (`?search=&type=`), which the web client of S.G.E. sends for empty fields. */
export const dropEmptyQueryValues: MiddlewareHandler<Env> = async (c, next) => {
  const { url } = c.req.raw;
  const start = url.indexOf("?") + 1;
  const pairs = start === 0 ? [] : url.slice(start).split("&");
  const kept = pairs.filter(
    (pair) => !(pair.endsWith("=") && pair.indexOf("=") === pair.length - 1),
  );
  if (kept.length < pairs.length)
    c.req.raw = new Request(url.slice(0, start) + kept.join("&"), c.req.raw);
  await next();
};
