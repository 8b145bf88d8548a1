import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { authCache } from "../auth-cache.ts";
import type { AccountsFailure } from "../failures.ts";
import { accountTag } from "./account-tag.ts";
import { isKnownNetwork } from "./known-networks.ts";

/** Five at once, then one every 12 seconds. It stays on when the rate limit of requests is off. */
const FIVE_A_MINUTE = { capacity: 5, perSecond: 5 / 60, exact: true };

type LimitPorts = Pick<Ports, "config" | "reader" | "limits" | "clock" | "log">;

/**
 * Allows 5 login attempts per minute, per network and per account (S7: `peer` comes from the runtime or a trusted proxy, never
 * from a header of the client). A network with a recent login of the account has a bucket of its own for it, so that attempts
 * from elsewhere do not lock the user out; all other networks share one. The network is checked first, so that one client
 * cannot fill the store with invented accounts. A refusal is logged. Fails with `rate_limited`, and with PlatformFailure
 * `overloaded` where the attempts cannot be counted.
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

/** An IPv4 address, or the /64 of an IPv6 one: a client with one address of a /64 has all of them. */
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
