import { err, ok, type Result } from "./result.ts";

/** Why a URL may not be posted to. */
export type UrlFault = "malformed" | "not_https" | "with_password" | "port" | "not_public";

const MAX_CHARACTERS = 2_000;
/** Names that only a local network knows (RFC 6761, 6762, 8375, 9476), and those that routers and companies use. */
const INTERNAL =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|private|lan|home|corp|arpa|test|invalid|onion|alt)$/;

/**
 * A URL of a server that our users name. Only https, a public-looking name (no address in any spelling: the parser of WHATWG
 * turns `0x7f.1` and `2130706433` into `127.0.0.1`), the port 443 or one from 1024. With `allowPrivate` (a setting of the
 * operator) also http, addresses, internal names and every port. The address behind the name is checked where it is called.
 */
export function publicUrl(text: string, allowPrivate: boolean): Result<URL, UrlFault> {
  if (text.length > MAX_CHARACTERS || !URL.canParse(text)) return err("malformed");
  const url = new URL(text);
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:"))
    return err("not_https");
  if (url.username !== "" || url.password !== "") return err("with_password");
  if (url.hash !== "" || url.hostname === "") return err("malformed");
  if (allowPrivate) return ok(url);
  const name = url.hostname.replace(/\.$/, "");
  if (isAddress(name) || !name.includes(".") || INTERNAL.test(name)) return err("not_public");
  return url.port === "" || Number(url.port) >= 1_024 ? ok(url) : err("port");
}

/** Of a parsed URL, where an IPv4 address is always four decimal numbers and an IPv6 address stands in brackets. */
const isAddress = (name: string): boolean => name.startsWith("[") || /^\d+(?:\.\d+){3}$/.test(name);
