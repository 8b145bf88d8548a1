import { BlockList, isIP } from "node:net";

/** The canonical form of an address: IPv6 without a zone, IPv4 also where it is mapped into IPv6. Null: not an address. */
export function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/, "");
  const version = isIP(address);
  if (version === 0) return null;
  if (version === 4) return address;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return wrappedIn("::ffff:", canonical) ?? canonical;
}

/** The IPv4 address in the last 32 bits of a canonical IPv6 one that begins so; null where it does not. */
function wrappedIn(prefix: string, canonical: string): string | null {
  if (!canonical.startsWith(prefix)) return null;
  const groups = canonical.slice(prefix.length).split(":");
  if (groups.length !== 2 || groups.includes("")) return null;
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 0xff])
    .join(".");
}

/** Networks without mail servers; a cloud may offer its secrets there. */
const UNCALLABLE = networks([
  "0.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/128",
  "fe80::/10",
  "fd00:ec2::/32",
  "ff00::/8",
]);

/** What the registries of special-purpose addresses of IANA (RFC 6890) call not globally reachable. */
const NOT_GLOBAL = networks([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
]);
/** The only part of IPv6 that is assigned. */
const GLOBAL_6 = networks(["2000::/3"]);
/** The prefix of translated addresses (RFC 6052): the IPv4 address in it counts. */
const TRANSLATED = "64:ff9b::";

/** Whether an address, in any spelling, is unspecified, link-local, multicast, or of a cloud's metadata; true for no address. */
export function isUncallable(address: string): boolean {
  const plain = insideOf(address);
  return plain === null || isIn(UNCALLABLE, plain);
}

/** Whether an address, in any spelling, is not public: loopback, a private network, or uncallable. */
export function isPrivate(address: string): boolean {
  const plain = insideOf(address);
  if (plain === null || isIn(UNCALLABLE, plain) || isIn(NOT_GLOBAL, plain)) return true;
  return isIP(plain) === 6 && !isIn(GLOBAL_6, plain);
}

function insideOf(address: string): string | null {
  const plain = plainAddress(address);
  if (plain === null || isIP(plain) === 4) return plain;
  return wrappedIn(TRANSLATED, plain) ?? plain;
}

function networks(list: readonly string[]): BlockList {
  const made = new BlockList();
  for (const one of list) {
    const [network = "", bits = ""] = one.split("/");
    made.addSubnet(network, Number(bits), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return made;
}

const isIn = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
