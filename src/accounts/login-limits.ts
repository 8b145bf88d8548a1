import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import { accountTag } from "./account-tag.ts";
import { authCache } from "./auth-cache.ts";
import type { AccountsFailure } from "./failures.ts";
import { isKnownNetwork } from "./known-networks.ts";

/** Five at once, then one every 12 seconds. It stays on when the limit of requests is turned off. */
const FIVE_A_MINUTE = { capacity: 5, perSecond: 5 / 60, exact: true };

type LimitPorts = Pick<Ports, "config" | "reader" | "limits" | "clock" | "log">;

/**
 * Lets 5 guesses of a password per minute pass, per network and per account (S7: `peer` is what the runtime saw, or a trusted
 * proxy, never a stranger's header). A network from which the account was logged in to of late has a bucket of its own for
 * it, so that tries from elsewhere keep nobody out who comes from where he always comes; all other networks share one.
 * The network is asked first, so that one stranger cannot fill the store with invented accounts. A refusal is a line in the
 * log. Fails with `rate_limited`, and with PlatformFailure `overloaded` where nobody can count.
 */
export async function takeLoginAttempt(
  ports: LimitPorts,
  email: string,
  { requestId, peer }: { readonly requestId: string; readonly peer: string | null },
): Promise<void> {
  const network = peer === null ? null : networkOf(peer);
  const take = async (by: "network" | "account" | "account_network", key: string) => {
    const { allowed, resetMs } = await ports.limits.take(`login:${by}:${key}`, FIVE_A_MINUTE);
    if (allowed) return;
    const account = await accountTag(authCache(ports).secret, email);
    ports.log("warn", "login.limited", { by, account, peer, request_id: requestId });
    throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: resetMs / 1_000 });
  };
  if (network !== null) await take("network", network);
  if (network !== null && (await isKnownNetwork(ports, email, network)))
    await take("account_network", `${network} ${email}`);
  else await take("account", email);
}

/** An IPv4 address, or the /64 of an IPv6 one: whoever has one address of a /64 has all of them. */
export function networkOf(peer: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(peer)?.[1];
  if (mapped !== undefined) return mapped;
  if (!peer.includes(":")) return peer;
  const [head = "", tail = ""] = peer.toLowerCase().split("::");
  const left = head.split(":").filter((group) => group !== "");
  const right = tail.split(":").filter((group) => group !== "");
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
