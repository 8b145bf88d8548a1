import { BlockList, isIP } from "node:net";
import { isPrivate, plainAddress } from "./addresses.ts";

/** The longest chain of proxies; entries further left are not read. */
const MOST_HOPS = 32;

/** The address of the client, from the address of the connection and the header X-Forwarded-For. */
export type PeerOf = (connected: string | null, forwarded: string | null) => string | null;

/**
 * The client behind trusted proxies (addresses and networks in CIDR notation, IPv4 and IPv6). Each proxy appends the address of
 * its sender to X-Forwarded-For, so the header is read from the right, as long as the address is a trusted proxy: entries of a
 * client are further left. A malformed entry ends the reading, and the client is then the last proxy. The header of a
 * connection that is not trusted is ignored; without trusted proxies, the first such header from this machine or its network
 * suggests a proxy that was not configured: `forgotten` is called once.
 */
export function peerBehindProxies(trusted: readonly string[], forgotten?: () => void): PeerOf {
  const proxies = listOf(trusted);
  let reported = false;
  const isProxy = (address: string): boolean =>
    proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return (connected, forwarded) => {
    let peer = plain(connected ?? "");
    if (peer === null) return connected;
    if (forwarded === null) return peer;
    if (trusted.length === 0) {
      if (!reported && isPrivate(peer)) forgotten?.();
      reported ||= isPrivate(peer);
      return peer;
    }
    const hops = forwarded.split(",").slice(-MOST_HOPS);
    while (isProxy(peer)) {
      const next = plain(hops.pop() ?? "");
      if (next === null) break;
      peer = next;
    }
    return peer;
  };
}

function listOf(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const one of trusted) {
    const [network = "", bits] = one.split("/");
    const address = (bits === undefined ? plain(network) : null) ?? network;
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** `203.0.113.9:4711`, `[2001:db8::1]`, `[2001:db8::1]:443`: some proxies write the port along. */
const WITH_PORT = /^(?:(\d+(?:\.\d+){3})|\[(?=[^\]]*:)([0-9a-f:.]+)\])(?::\d{1,5})?$/i;

/** The address that a proxy or the runtime has written, in one spelling; null: it is none. */
function plain(text: string): string | null {
  const trimmed = text.trim();
  const [, four, six] = WITH_PORT.exec(trimmed) ?? [];
  return plainAddress(four ?? six ?? trimmed);
}
