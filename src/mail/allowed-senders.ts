import { err, ok, type Result } from "../lib/result.ts";
import type { MailFailure } from "./failures.ts";

/** Local parts without the characters that need quotes; quoted local parts are not supported. */
const LOCAL = /^[^\s@<>()[\]\\,;:"*\p{Cc}]{1,64}$/u;
const DOMAIN = /^[^\s@<>()[\]\\,;:"/?#%*_\p{Cc}]{1,253}$/u;

/** Most entries of a list. */
const MOST = 200;

/** Normalises an address for comparison: lower case, its domain in ASCII. Null: not one plain address. */
export function addressOf(text: string): string | null {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at).normalize("NFC").toLowerCase();
  const domain = domainOf(text.slice(at + 1));
  return at < 1 || !LOCAL.test(local) || domain === null ? null : `${local}@${domain}`;
}

/** Normalises a domain for comparison: lower case, in ASCII, two labels or more. Null: not a domain. */
function domainOf(text: string): string | null {
  const bare = text.replace(/\.$/, "");
  if (!DOMAIN.test(bare) || !bare.includes(".")) return null;
  const url = `http://${bare}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/**
 * Parses a user's list of allowed senders: addresses (`nfe@forn.com`) and domains (`@forn.com` or `forn.com`), separated by
 * comma, semicolon or line. Returns them normalised, domains with their `@`. Fails with `mail.senders`.
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
 * Whether the list has exactly this address or exactly its domain; never a part of it (S17 in docs/security.md), never a
 * subdomain. An empty list allows no sender.
 */
export function isAllowedSender(senders: readonly string[], address: string | null): boolean {
  const normalised = address === null ? null : addressOf(address);
  if (normalised === null) return false;
  return (
    senders.includes(normalised) || senders.includes(normalised.slice(normalised.lastIndexOf("@")))
  );
}
