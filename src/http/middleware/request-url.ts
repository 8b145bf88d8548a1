import type { MiddlewareHandler } from "hono";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import type { HttpFailure } from "../failures.ts";
import { accessOf } from "./permissions.ts";

/** RFC 3986, 3.2.2, without what nobody uses: a name or IPv4 address, or an IPv6 address in brackets; a port. */
const HOST = /^(?:[\w.~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Refuses a Host that names no server, or several of them: the next server on the way might take another one
 * (RFC 9112, 3.2). HTTP/1.0 has none. Fails with `request.invalid_host`.
 */
export const checkHost: MiddlewareHandler<Env> = (c, next) => {
  const host = c.req.header("host");
  if (host === undefined || HOST.test(host)) return next();
  throw new Failed<HttpFailure>({ code: "request.invalid_host" });
};

/**
 * Refuses an address with bytes that are no UTF-8 (a program that writes ISO-8859-1 escapes): read as something else they
 * find nothing, without a word. Stands behind the token and the method. Fails with `request.invalid_encoding`.
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
  new Failed<HttpFailure>({ code: "request.invalid_encoding", where: where.slice(0, 60) });

const ESCAPED = /(?:%[0-9a-f]{2})+/gi;
/** What a runtime has made of a byte that it could not read. */
const REPLACED = /%ef%bf%bd/i;

/** Whether the percent-encoded bytes of a text are UTF-8. A `%` that begins no escape stands for itself (WHATWG URL). */
function isUtf8(text: string): boolean {
  if (REPLACED.test(text)) return false;
  try {
    for (const [bytes] of text.matchAll(ESCAPED)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
}

/** `?search=&type=` asks for nothing, as it did: the old web client sends the fields of its forms as they stand. */
export const dropEmptyQueryValues: MiddlewareHandler<Env> = async (c, next) => {
  const { url } = c.req.raw;
  const start = url.indexOf("?") + 1;
  const pairs = start === 0 ? [] : url.slice(start).split("&");
  const said = pairs.filter(
    (pair) => !(pair.endsWith("=") && pair.indexOf("=") === pair.length - 1),
  );
  if (said.length < pairs.length)
    c.req.raw = new Request(url.slice(0, start) + said.join("&"), c.req.raw);
  await next();
};
