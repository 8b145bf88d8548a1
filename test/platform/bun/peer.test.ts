import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../../src/config.ts";
import { peerBehindProxies } from "../../../src/platform/bun/network/peer.ts";
import { withServer } from "../../support/server.ts";

const TRUSTED = ["127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:77::/48"];

describe("the client behind trusted proxies", () => {
  const peerOf = peerBehindProxies(TRUSTED);

  test("is the rightmost address that is not a trusted proxy", () => {
    for (const [connected, forwarded, peer] of [
      ["127.0.0.1", "203.0.113.9", "203.0.113.9"],
      // Whatever a client has written itself stands further left.
      ["127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
      ["127.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"],
      ["127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"],
      ["10.255.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3, 127.0.0.1", "203.0.113.9"],
      ["::1", "2001:db8::5", "2001:db8::5"],
      ["::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
      ["::ffff:7f00:1", "203.0.113.9", "203.0.113.9"],
      ["2001:0db8:0077:0000:0000:0000:0000:0001", "203.0.113.9", "203.0.113.9"],
      ["127.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
      ["127.0.0.1", "[2001:DB8::0005]:443", "2001:db8::5"],
      ["127.0.0.1", "[2001:db8::5]", "2001:db8::5"],
      ["127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
      ["127.0.0.1", "\t203.0.113.9 ", "203.0.113.9"],
      // All of them are ours: the first of them has asked.
      ["127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"],
    ] as const)
      expect([connected, forwarded, peerOf(connected, forwarded)]).toEqual([
        connected,
        forwarded,
        peer,
      ]);
  });

  test("is the connection itself where that is not a trusted proxy, whatever its header says", () => {
    for (const connected of ["203.0.113.9", "11.0.0.1", "::2", "2001:db8:78::1", "192.168.0.1"])
      for (const forwarded of ["127.0.0.1", "10.0.0.1, 127.0.0.1", "x", "", null])
        expect(peerOf(connected, forwarded)).toBe(connected);
    for (const forwarded of ["10.9.8.7", null])
      expect(peerBehindProxies([])("127.0.0.1", forwarded)).toBe("127.0.0.1");
    expect(peerOf(null, "203.0.113.9")).toBeNull();
  });

  test("is the last trusted proxy where the next entry is not an address", () => {
    for (const broken of [
      "",
      ",",
      " ",
      "unknown",
      "_hidden",
      "203.0.113.999",
      "203.0.113",
      "203.0.113.9.8",
      "203.0.113.9:x",
      "203.0.113.9:123456",
      "[203.0.113.9]",
      "[2001:db8::5",
      "2001:db8::5]:443",
      "gggg::1",
      "0x7f.1",
      "localhost",
      "127.1",
      "2130706433",
      "for=203.0.113.9",
      "203.0.113.9;proto=https",
      "\u0000",
      "9".repeat(5_000),
      ",".repeat(15_000),
    ]) {
      expect([broken, peerOf("127.0.0.1", broken)]).toEqual([broken, "127.0.0.1"]);
      expect(peerOf("127.0.0.1", `203.0.113.9, ${broken}`)).toBe("127.0.0.1");
      expect(peerOf("127.0.0.1", `203.0.113.9, ${broken}, 10.0.0.1`)).toBe("10.0.0.1");
    }
  });

  test("is searched through a bounded number of proxies", () => {
    const proxies = (count: number) => Array.from({ length: count }, () => "10.0.0.1").join(", ");
    expect(peerOf("127.0.0.1", `203.0.113.9, ${proxies(31)}`)).toBe("203.0.113.9");
    expect(peerOf("127.0.0.1", `203.0.113.9, ${proxies(32)}`)).toBe("10.0.0.1");
  });
});

test("a proxy missing in TRUSTED_PROXIES is reported once, and a public client's header is not", () => {
  let reports = 0;
  const peerOf = peerBehindProxies([], () => {
    reports += 1;
  });
  peerOf("127.0.0.1", null);
  peerOf("8.8.8.8", "203.0.113.9");
  expect(reports).toBe(0);
  for (let n = 0; n < 3; n += 1) expect(peerOf("10.0.0.1", "203.0.113.9")).toBe("10.0.0.1");
  expect(reports).toBe(1);
  peerBehindProxies(["10.0.0.1"], () => {
    reports += 1;
  })("10.0.0.1", "203.0.113.9");
  expect(reports).toBe(1);
});

test("TRUSTED_PROXIES accepts addresses and networks, and names a wrong or all-inclusive entry", () => {
  expect(parseConfig({}).TRUSTED_PROXIES).toEqual([]);
  expect(parseConfig({ TRUSTED_PROXIES: TRUSTED.join(" , ") }).TRUSTED_PROXIES).toEqual(TRUSTED);
  for (const wrong of ["localhost", "10.0.0.0/33", "10.0.0", "::1/129", "0.0.0.0/0", "::/0", "*"])
    expect(() => parseConfig({ TRUSTED_PROXIES: `127.0.0.1,${wrong}` })).toThrow(wrong);
});

const login = (url: string, forwarded: string, email: string) =>
  fetch(`${url}/api/login`, {
    method: "POST",
    headers: { "x-forwarded-for": forwarded },
    body: JSON.stringify({ email, password: "errada errada" }),
  });

test("the login limit, the audit and the log use the client's address behind a trusted proxy", () =>
  withServer(
    async ({ url, ports }) => {
      const peers: unknown[] = [];
      ports.log = (_, event, fields) => {
        if (event === "request" || event.startsWith("login.")) peers.push([event, fields?.peer]);
      };
      const statuses = [];
      for (let n = 0; n < 6; n += 1)
        statuses.push((await login(url, `127.0.0.1, 203.0.113.9`, `u${n}@x.example`)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
      expect((await login(url, "203.0.113.10", "outra@x.example")).status).toBe(401);
      expect(new Set(peers.map((seen) => JSON.stringify(seen)))).toEqual(
        new Set(
          [
            ["login.failed", "203.0.113.9"],
            ["login.limited", "203.0.113.9"],
            ["request", "203.0.113.9"],
            ["login.failed", "203.0.113.10"],
            ["request", "203.0.113.10"],
          ].map((seen) => JSON.stringify(seen)),
        ),
      );
      const audited = await ports.reader.rows({
        sql: "select peer, count(*) as n from audit where action = 'login.failed' group by peer",
        args: [],
      });
      expect(audited).toEqual([
        { peer: "203.0.113.10", n: 1 },
        { peer: "203.0.113.9", n: 5 },
      ]);
    },
    { TRUSTED_PROXIES: ["127.0.0.1"] },
  ));

test("a header without a trusted proxy opens no second bucket of logins", () =>
  withServer(async ({ url }) => {
    const statuses = [];
    for (let n = 0; n < 6; n += 1)
      statuses.push((await login(url, `203.0.113.${n}`, `u${n}@x.example`)).status);
    // The test's own login was the first of this network.
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  }));
