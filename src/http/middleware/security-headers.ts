import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Env } from "../env.ts";

/** Headers of an API that serves no pages: no sniffing, no framing, no scripts. */
const strict: MiddlewareHandler<Env> = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
  crossOriginResourcePolicy: "same-site",
});

/** What an answer may say of itself in place of the API's policy: a page needs its scripts. */
const OWN = ["content-security-policy", "permissions-policy"];

/** Security headers for every answer. hono's are written after the handler and would replace those that it has set. */
export const securityHeaders: MiddlewareHandler<Env> = async (c, next) => {
  const own = new Map<string, string>();
  await strict(c, async () => {
    await next();
    for (const name of OWN) {
      const said = c.res.headers.get(name);
      if (said !== null) own.set(name, said);
    }
  });
  for (const [name, said] of own) c.res.headers.set(name, said);
};
