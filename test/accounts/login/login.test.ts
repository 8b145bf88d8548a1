import { expect, test } from "bun:test";
import { accountTag } from "../../../src/accounts/login/account-tag.ts";
import { authenticate } from "../../../src/accounts/login/authenticate.ts";
import { isKnownNetwork } from "../../../src/accounts/login/known-networks.ts";
import { login } from "../../../src/accounts/login/login.ts";
import { networkOf } from "../../../src/accounts/login/login-limits.ts";
import { setPassword } from "../../../src/accounts/login/set-password.ts";
import { sha256 } from "../../../src/lib/hash.ts";
import { Failed } from "../../../src/lib/result.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { testPorts } from "../../support/ports.ts";
import {
  ADMIN,
  addUser,
  auditOf,
  countingPasswords,
  type PortsWithAdmin,
  portsWithAdmin,
} from "../../support/ports-with-admin.ts";

const REQUEST = { requestId: "req-1", peer: "192.0.2.7" };
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "passed",
    (error) => (error instanceof Failed ? error.failure : error),
  );
const from = (n: number) => ({ requestId: "req-1", peer: `198.51.100.${n}` });

test("a login gives a token of its user, who is shown without a secret", async () => {
  const ports = await portsWithAdmin();
  const { token, user } = await login(ports, { ...ADMIN, email: " CHEFE@Loja.Example " }, REQUEST);
  expect((await authenticate(ports, token)).actor).toEqual({
    company: 1,
    userId: 1,
    role: "ADMIN",
  });
  expect(user).toMatchObject({ id: 1, email: ADMIN.email, role: "ADMIN", active: true });
  await ports.close();
});

test("S9: unknown address, wrong password and inactive user get one answer, after the same work", async () => {
  const ports = await portsWithAdmin();
  await addUser(ports, {
    email: "ex@loja.example",
    role: "OPERADOR",
    active: false,
    password: ADMIN.password,
  });
  await login(ports, ADMIN, REQUEST);
  const tries = [
    { email: "ninguem@loja.example", password: ADMIN.password },
    { email: ADMIN.email, password: "errada errada" },
    { email: "ex@loja.example", password: ADMIN.password },
  ];
  const seen: unknown[] = [];
  for (const [i, given] of tries.entries()) {
    const before = { ...ports.passwords.calls };
    const failure = await failureOf(login(ports, given, from(i)));
    seen.push({
      failure,
      verified: ports.passwords.calls.verify - before.verify,
      hashed: ports.passwords.calls.hash - before.hash,
    });
  }
  const same = { failure: { code: "auth.invalid_credentials" }, verified: 1, hashed: 0 };
  expect(seen).toEqual([same, same, same]);
  await ports.close();
});

test("S9: the first login of all costs the same whether the address is known or not", async () => {
  const costs: unknown[] = [];
  for (const email of [ADMIN.email, "ninguem@loja.example"]) {
    const ports = await portsWithAdmin();
    await failureOf(login(ports, { email, password: "errada errada" }, REQUEST));
    costs.push(ports.passwords.calls);
    await ports.close();
  }
  expect(costs[0]).toEqual(costs[1]);
});

test("S9: every login writes an audit line, without the text of an unknown address", async () => {
  const ports = await portsWithAdmin();
  await login(ports, ADMIN, REQUEST);
  await failureOf(login(ports, { email: ADMIN.email, password: "errada errada" }, REQUEST));
  await failureOf(login(ports, { email: "segredo@x.example", password: "p" }, REQUEST));
  const lines = await auditOf(ports);
  expect(lines).toMatchObject([
    { action: "login", user_id: 1, entity_id: "1", company: 1, peer: "192.0.2.7" },
    {
      action: "login.failed",
      user_id: null,
      entity_id: "1",
      company: 1,
      detail: '{"why":"password"}',
    },
    { action: "login.failed", user_id: null, entity_id: null, company: 1 },
  ]);
  expect(JSON.stringify(lines)).not.toContain("segredo");
  expect(String(lines[2]?.detail)).toMatch(/^\{"why":"unknown","account":"[0-9a-f]{12}"\}$/);
  await ports.close();
});

test("five attempts a minute and account, from any address", async () => {
  const ports = await portsWithAdmin();
  const guess = (n: number) =>
    failureOf(login(ports, { email: ADMIN.email, password: `errada ${n}` }, from(n)));
  for (let n = 0; n < 5; n++) expect(await guess(n)).toEqual({ code: "auth.invalid_credentials" });
  expect(await guess(5)).toEqual({ code: "rate_limited", retryAfterS: 12 });
  expect(await failureOf(login(ports, ADMIN, from(6)))).toMatchObject({ code: "rate_limited" });
  expect(ports.passwords.calls.verify).toBe(5);
  ports.clock.advance(12_000);
  expect((await login(ports, ADMIN, from(7))).user.id).toBe(1);
  await ports.close();
});

test("S7: five attempts a minute and network, for any account", async () => {
  const ports = await portsWithAdmin();
  const guess = (n: number, peer: string | null) =>
    failureOf(login(ports, { email: `u${n}@x.example`, password: "x" }, { ...REQUEST, peer }));
  for (let n = 0; n < 5; n++)
    expect(await guess(n, `2001:db8:0:1::${n}`)).toEqual({ code: "auth.invalid_credentials" });
  expect(await guess(5, "2001:db8:0:1:ffff::9")).toMatchObject({ code: "rate_limited" });
  expect(await guess(6, "2001:db8:0:2::1")).toEqual({ code: "auth.invalid_credentials" });
  expect(await guess(7, null)).toEqual({ code: "auth.invalid_credentials" });
  await ports.close();
});

test("a network is an IPv4 address or the /64 of an IPv6 one, however it is written", () => {
  expect(networkOf("203.0.113.9")).toBe("203.0.113.9");
  expect(networkOf("::ffff:203.0.113.9")).toBe("203.0.113.9");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("2001:DB8::5")).toBe("2001:db8:0:0::/64");
  expect(networkOf("2001:0db8:0000:0000:1:2:3:4")).toBe("2001:db8:0:0::/64");
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001::4:5:6:7:8")).toBe("2001:0:0:4::/64");
});

const wrong = { email: ADMIN.email, password: "errada errada" };
const OWNER = { requestId: "req-1", peer: "192.0.2.7" };
const knownNetworks = async (ports: PortsWithAdmin) => {
  const rows = await ports.reader.rows({
    sql: "select network from known_networks where user_id = 1 order by last_login_at desc",
    args: [],
  });
  return rows.map(({ network }) => network);
};

test("attempts from elsewhere do not lock out a user on a network of an earlier login", async () => {
  const ports = await portsWithAdmin();
  await login(ports, ADMIN, OWNER);
  let refusals = 0;
  for (let minute = 0; minute < 30; minute += 1) {
    for (let n = 0; n < 40; n += 1)
      if ((await failureOf(login(ports, wrong, from(n)))) !== undefined) refusals += 1;
    expect((await login(ports, ADMIN, OWNER)).user.id).toBe(1);
    // From another address of the same network too.
    expect(await failureOf(login(ports, ADMIN, from(99)))).toMatchObject({ code: "rate_limited" });
    ports.clock.advance(60_000);
  }
  expect(refusals).toBe(30 * 40);
  // 1 of the owner's first login, then what the one bucket of all other networks had left and what has filled it since.
  expect(ports.passwords.calls.verify - 31).toBe(4 + 29 * 5);
  await ports.close();
});

test("a network of an earlier login has five tries a minute of its own for the account, and no more", async () => {
  const ports = await portsWithAdmin();
  await login(ports, ADMIN, OWNER);
  ports.clock.advance(60_000);
  for (let n = 0; n < 5; n += 1)
    expect(await failureOf(login(ports, wrong, OWNER))).toEqual({
      code: "auth.invalid_credentials",
    });
  expect(await failureOf(login(ports, ADMIN, OWNER))).toMatchObject({ code: "rate_limited" });
  // They were not taken from the others' bucket.
  expect(await failureOf(login(ports, wrong, from(1)))).toEqual({
    code: "auth.invalid_credentials",
  });
  await ports.close();
});

test("a network is known by a good login only, for 90 days, and twenty of them for one person", async () => {
  const ports = await portsWithAdmin();
  for (let n = 0; n < 25; n += 1) {
    ports.clock.advance(60_000);
    await login(ports, ADMIN, from(n));
  }
  ports.clock.advance(60_000);
  await failureOf(login(ports, wrong, from(99)));
  const newest = Array.from({ length: 20 }, (_, n) => `198.51.100.${24 - n}`);
  expect(await knownNetworks(ports)).toEqual(newest);
  const isKnown = (n: number) => isKnownNetwork(ports, ADMIN.email, `198.51.100.${n}`);
  expect([await isKnown(24), await isKnown(5), await isKnown(4)]).toEqual([true, true, false]);
  ports.clock.advance(90 * 86_400_000);
  expect(await isKnown(24)).toBe(false);
  await login(ports, ADMIN, from(50));
  expect(await knownNetworks(ports)).toEqual(["198.51.100.50"]);
  await ports.close();
});

test("a failed or limited login is logged with the peer and a tag of the account, never its address", async () => {
  const ports = await portsWithAdmin();
  for (const email of [ADMIN.email, " CHEFE@loja.example", "segredo@x.example"])
    await failureOf(login(ports, { email, password: "errada errada" }, OWNER));
  for (let n = 0; n < 4; n += 1) await failureOf(login(ports, wrong, OWNER));
  const lines = ports.logged.filter(({ event }) => event.startsWith("login."));
  const tag = expect.stringMatching(/^[0-9a-f]{12}$/);
  const line = { level: "warn", account: tag, peer: "192.0.2.7", request_id: "req-1" };
  const failed = { ...line, event: "login.failed", why: "password" };
  const limited = { ...line, event: "login.limited", by: "network" };
  expect(lines).toEqual([
    failed,
    failed,
    { ...failed, why: "unknown" },
    failed,
    failed,
    limited,
    limited,
  ]);
  expect(lines[0]?.account).toBe(lines[1]?.account);
  expect(lines[0]?.account).not.toBe(lines[2]?.account);
  expect(JSON.stringify(ports.logged)).not.toMatch(/segredo|loja\.example/);
  // Who has no secret of the service cannot find the address by trying.
  const [hashed, other] = [await sha256(ADMIN.email), await accountTag("another", ADMIN.email)];
  expect([hashed.slice(0, 12), other]).not.toContain(lines[0]?.account);
  await ports.close();
});

const hashOfAdmin = async (ports: PortsWithAdmin) => {
  const rows = await ports.reader.rows({
    sql: "select password_hash from users where id = 1",
    args: [],
  });
  return String(rows[0]?.password_hash);
};

test("a hash of an older cost is computed again at the next login, and the token stays valid", async () => {
  const ports = await portsWithAdmin();
  const old = await login(ports, ADMIN, REQUEST);
  const dearer = { ...ports, passwords: countingPasswords(2) };
  await failureOf(login(dearer, { email: ADMIN.email, password: "errada errada" }, REQUEST));
  expect(await hashOfAdmin(ports)).toStartWith("$plain$v=1$");
  await login(dearer, ADMIN, REQUEST);
  const renewed = await hashOfAdmin(ports);
  expect(renewed).toStartWith("$plain$v=2$");
  await login(dearer, ADMIN, REQUEST);
  expect(await hashOfAdmin(ports)).toBe(renewed);
  expect((await authenticate(ports, old.token)).actor.userId).toBe(1);
  await ports.close();
});

test("a login that renews the hash does not restore a password that was changed meanwhile", async () => {
  const ports = await portsWithAdmin();
  const next = "outra senha, bem maior";
  const dearer = { ...ports, passwords: countingPasswords(2) };
  beforeNextCommit(ports, () => setPassword(ports, { email: ADMIN.email, password: next }));
  await login(dearer, ADMIN, REQUEST);
  expect(await failureOf(login(ports, ADMIN, REQUEST))).toEqual({
    code: "auth.invalid_credentials",
  });
  expect((await login(ports, { ...ADMIN, password: next }, REQUEST)).user.id).toBe(1);
  await ports.close();
});

test("a login at a database without a company is refused as any other", async () => {
  const ports = await testPorts();
  expect(await failureOf(login(ports, ADMIN, REQUEST))).toEqual({
    code: "auth.invalid_credentials",
  });
  await ports.close();
});

test("an address with an apostrophe or a wildcard finds no user and changes nothing", async () => {
  const ports = await portsWithAdmin();
  for (const [n, email] of ["' or 1=1 --", "%", "chefe@loja.example' --", "\u0000"].entries())
    expect(await failureOf(login(ports, { email, password: ADMIN.password }, from(n)))).toEqual({
      code: "auth.invalid_credentials",
    });
  await ports.close();
});
