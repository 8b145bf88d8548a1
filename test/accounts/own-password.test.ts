import { expect, test } from "bun:test";
import { authenticate } from "../../src/accounts/authenticate.ts";
import { login } from "../../src/accounts/login.ts";
import { changeOwnPassword } from "../../src/accounts/own-password.ts";
import { checkPassword, generatePassword } from "../../src/accounts/passwords.ts";
import { Failed } from "../../src/lib/result.ts";
import { ADMIN, auditOf, causeOf, house, sibling } from "../support/house.ts";

const REQUEST = { requestId: "req-1", peer: "192.0.2.7" };
const NEW = "outra senha, bem maior";
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "passed",
    (error) => (error instanceof Failed ? error.failure : error),
  );

test("S5: a change of password ends older tokens everywhere, and gives the one that is good", async () => {
  const ports = await house();
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
  const ports = await house();
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

test("of two changes of one password at once, one wins and the other is told that its session is over", async () => {
  const ports = await house();
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
  const ports = await house();
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
