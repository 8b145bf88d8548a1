import { expect, test } from "bun:test";
import { createKey, revokeKey } from "../../../src/accounts/keys/keys.ts";
import { authenticate } from "../../../src/accounts/login/authenticate.ts";
import { isKnownNetwork } from "../../../src/accounts/login/known-networks.ts";
import { login } from "../../../src/accounts/login/login.ts";
import { changeOwnPassword } from "../../../src/accounts/login/own-password.ts";
import { checkPassword, generatePassword } from "../../../src/accounts/login/passwords.ts";
import { setPassword } from "../../../src/accounts/login/set-password.ts";
import { Failed } from "../../../src/lib/result.ts";
import {
  ADMIN,
  addUser,
  auditOf,
  causeOf,
  changeUser,
  portsWithAdmin,
  sibling,
} from "../../support/ports-with-admin.ts";

const REQUEST = { requestId: "req-1", peer: "192.0.2.7" };
const NEW = "outra senha, bem maior";
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "passed",
    (error) => (error instanceof Failed ? error.failure : error),
  );

test("S5: a change of password ends older tokens everywhere, and gives the one that is good", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const old = await login(ports, ADMIN, REQUEST);
  await authenticate(other, old.token);
  const given = { current: ADMIN.password, next: NEW };
  const { token } = await changeOwnPassword(ports, given, causeOf(1));
  for (const where of [ports, other]) {
    expect(await failureOf(authenticate(where, old.token))).toEqual({
      code: "auth.invalid_token",
      why: "revoked",
    });
    expect((await authenticate(where, token)).actor.userId).toBe(1);
  }
  expect(await failureOf(login(ports, ADMIN, REQUEST))).toEqual({
    code: "auth.invalid_credentials",
  });
  expect((await login(ports, { ...ADMIN, password: NEW }, REQUEST)).user.id).toBe(1);
  expect(await auditOf(ports)).toMatchObject([
    { action: "login" },
    { action: "password.change", user_id: 1, detail: "{}", peer: "192.0.2.7" },
    { action: "login.failed" },
    { action: "login" },
  ]);
  await other.close();
  await ports.close();
});

test("a wrong current password changes nothing and counts as a guess", async () => {
  const ports = await portsWithAdmin();
  const { token } = await login(ports, ADMIN, REQUEST);
  ports.clock.advance(60_000);
  const given = { current: "errada errada", next: NEW };
  for (let n = 0; n < 5; n++)
    expect(await failureOf(changeOwnPassword(ports, given, causeOf(1)))).toEqual({
      code: "auth.wrong_password",
    });
  expect(
    await failureOf(changeOwnPassword(ports, { ...given, current: ADMIN.password }, causeOf(1))),
  ).toMatchObject({ code: "rate_limited" });
  expect((await authenticate(ports, token)).actor.userId).toBe(1);
  await ports.close();
});

test("two concurrent changes of one password: one succeeds, the other fails with its session revoked", async () => {
  const ports = await portsWithAdmin();
  const change = (next: string) =>
    changeOwnPassword(ports, { current: ADMIN.password, next }, causeOf(1));
  const results = await Promise.allSettled([
    change("primeira senha nova"),
    change("segunda senha nova"),
  ]);
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  expect(await auditOf(ports)).toHaveLength(1);
  const loser = results.find((result) => result.status === "rejected");
  expect(loser?.reason).toBeInstanceOf(Failed);
  expect(loser?.reason.failure).toEqual({ code: "auth.invalid_token", why: "revoked" });
  await ports.close();
});

test("S15: a password has 10 to 200 characters, is not the e-mail and not one character repeated", () => {
  const email = "ana.maria@loja.example";
  const check = (password: string) => checkPassword(password, email).ok;
  expect(check("123456789")).toBe(false);
  expect(check("correto cavalo")).toBe(true);
  expect(check("é".repeat(9))).toBe(false);
  expect(check("          ")).toBe(false);
  expect(check("a".repeat(30))).toBe(false);
  expect(check("Ana.Maria@Loja.Example")).toBe(false);
  expect(check("ab".repeat(100))).toBe(true);
  expect(check(`${"ab".repeat(100)}c`)).toBe(false);
  expect(check("🐎🔋📎🐎🔋📎🐎🔋📎")).toBe(false);
  expect(check("🐎🔋📎🐎🔋📎🐎🔋📎🐎")).toBe(true);
});

test("S15: a password longer than bcrypt's 72 bytes opens the door only when it is whole", async () => {
  const ports = await portsWithAdmin();
  const long = `${"comprida ".repeat(12)}!`;
  await changeOwnPassword(ports, { current: ADMIN.password, next: long }, causeOf(1));
  expect((await login(ports, { ...ADMIN, password: long }, REQUEST)).user.id).toBe(1);
  expect(await failureOf(login(ports, { ...ADMIN, password: long.slice(0, -1) }, REQUEST))).toEqual(
    { code: "auth.invalid_credentials" },
  );
  await ports.close();
});

test("S4: a generated password is long, readable, never the same, and passes our own policy", () => {
  const made = Array.from({ length: 200 }, generatePassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) {
    expect(password).toMatch(/^[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){3}$/);
    expect(checkPassword(password, ADMIN.email).ok).toBe(true);
  }
});

test("a new password is known from its own network only, and a wrong current one is a line of the log", async () => {
  const ports = await portsWithAdmin();
  for (const peer of ["192.0.2.7", "198.51.100.1", "198.51.100.2"])
    await login(ports, ADMIN, { ...REQUEST, peer });
  const isKnown = (peer: string) => isKnownNetwork(ports, ADMIN.email, peer);
  await failureOf(changeOwnPassword(ports, { current: "errada errada", next: NEW }, causeOf(1)));
  expect(ports.logged.filter(({ event }) => event === "password.failed")).toEqual([
    {
      level: "warn",
      event: "password.failed",
      user: 1,
      company: 1,
      peer: "192.0.2.7",
      request_id: "req-1",
    },
  ]);
  expect([await isKnown("192.0.2.7"), await isKnown("198.51.100.1")]).toEqual([true, true]);
  await changeOwnPassword(ports, { current: ADMIN.password, next: NEW }, causeOf(1));
  expect([await isKnown("192.0.2.7"), await isKnown("198.51.100.1")]).toEqual([true, false]);
  await ports.close();
});

test("a change of password affects one user, also where another has the same hash", async () => {
  const ports = await portsWithAdmin();
  const id = await addUser(ports, { email: "ana@loja.example", role: "OPERADOR" });
  await changeUser(ports, id, "password_hash = (select password_hash from users where id = 1)");
  await changeOwnPassword(ports, { current: ADMIN.password, next: NEW }, causeOf(1));
  const ana = { email: "ana@loja.example", password: ADMIN.password };
  expect((await login(ports, ana, REQUEST)).user.id).toBe(id);
  await ports.close();
});

test("setting a password on the machine reports the number of the user's valid keys, and of no other", async () => {
  const ports = await portsWithAdmin();
  const DAY = 86_400_000;
  const order = { name: "integração", role: "OPERADOR" as const, expiresAt: null };
  await createKey(ports, order, causeOf(1));
  const { made } = await createKey(ports, order, causeOf(1));
  await revokeKey(ports, made.id, causeOf(1));
  await createKey(ports, { ...order, expiresAt: ports.clock.now() + DAY }, causeOf(1));
  ports.clock.advance(2 * DAY);
  expect(await setPassword(ports, { email: ADMIN.email, password: NEW })).toEqual({
    outcome: "set",
    keys: 1,
  });
  await ports.close();
});

test("a password that is set on the machine forgets every network, and ends the tokens in every process", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const { token } = await login(ports, ADMIN, REQUEST);
  await authenticate(other, token);
  expect(await setPassword(ports, { email: ADMIN.email, password: NEW })).toEqual({
    outcome: "set",
    keys: 0,
  });
  for (const where of [ports, other])
    expect(await failureOf(authenticate(where, token))).toMatchObject({ why: "revoked" });
  expect(await isKnownNetwork(ports, ADMIN.email, "192.0.2.7")).toBe(false);
  expect((await login(ports, { ...ADMIN, password: NEW }, REQUEST)).user.id).toBe(1);
  await other.close();
  await ports.close();
});
