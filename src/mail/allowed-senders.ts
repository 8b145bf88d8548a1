import { err, ok, type Result } from "../lib/result.ts";
import type { MailFailure } from "./failures.ts";

/** Characters that are in no address which is not quoted; a quoted one is nobody's that we know. */
const LOCAL = /^[^\s@<>()[\]\\,;:"*\p{Cc}]{1,64}$/u;
const DOMAIN = /^[^\s@<>()[\]\\,;:"/?#%*_\p{Cc}]{1,253}$/u;

/** More is no list that anybody keeps by hand. */
const MOST = 200;

/** An address as it is compared: lower case, its domain in ASCII. Null: not one plain address. */
export function addressOf(text: string): string | null {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at).normalize("NFC").toLowerCase();
  const domain = domainOf(text.slice(at + 1));
  return at < 1 || !LOCAL.test(local) || domain === null ? null : `${local}@${domain}`;
}

/** A domain as it is compared: lower case, in ASCII, two labels or more. */
function domainOf(text: string): string | null {
  const bare = text.replace(/\.$/, "");
  if (!DOMAIN.test(bare) || !bare.includes(".")) return null;
  const url = `http://${bare}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/**
 * The list of who may send, as a person writes it: addresses (`nfe@forn.com`) and domains (`@forn.com` or `forn.com`),
 * by comma, semicolon or line. Each as it is compared, a domain with its `@`. Fails with `mail.senders`.
 */
export function parseSenders(
  text: string,
): Result<string[], Extract<MailFailure, { code: "mail.senders" }>> {
  const senders = new Set<string>();
  const parts = text.split(/[,;\n]/).map((part) => part.trim());
  for (const part of parts.filter((one) => one !== "")) {
    const domain = domainOf(part.replace(/^@/, ""));
    const sender = domain === null ? addressOf(part) : `@${domain}`;
    if (sender === null || senders.size >= MOST) return err({ code: "mail.senders", got: part });
    senders.add(sender);
  }
  return ok([...senders]);
}

/**
 * Whether the list has exactly this address, or exactly its domain; never a part of one (S17), never a subdomain. An empty
 * list has nobody.
 */
export function isAllowedSender(senders: readonly string[], address: string | null): boolean {
  const plain = address === null ? null : addressOf(address);
  if (plain === null) return false;
  return senders.includes(plain) || senders.includes(plain.slice(plain.lastIndexOf("@")));
}
