import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports.ts";
import type { AccountsFailure } from "./failures.ts";

/** Five at once, then one every 12 seconds. It stays on when the limit of requests is turned off. */
const FIVE_A_MINUTE = { capacity: 5, perSecond: 5 / 60, exact: true };

/**
 * Lets 5 guesses of a password per minute pass, per account and per network (S7: `peer` is what the runtime saw, never a
 * header). The network is asked first, so that one stranger cannot fill the store with invented accounts.
 * Fails with `rate_limited`, and with PlatformFailure `overloaded` where nobody can count.
 */
export async function takeGuess(
  ports: Pick<Ports, "limits">,
  email: string,
  peer: string | null,
): Promise<void> {
  const keys = [`login:account:${email}`];
  if (peer !== null) keys.unshift(`login:network:${networkOf(peer)}`);
  for (const key of keys) {
    const taken = await ports.limits.take(key, FIVE_A_MINUTE);
    if (!taken.allowed)
      throw new Failed<AccountsFailure>({
        code: "rate_limited",
        retryAfterS: taken.resetMs / 1_000,
      });
  }
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
