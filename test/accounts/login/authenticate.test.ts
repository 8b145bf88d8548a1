import { expect, test } from "bun:test";
import { authenticate } from "../../../src/accounts/login/authenticate.ts";
import { logout } from "../../../src/accounts/login/logout.ts";
import { Failed } from "../../../src/lib/result.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type Reader, readerOf } from "../../../src/ports/sql.ts";
import {
  addUser,
  causeOf,
  changeUser,
  portsWithAdmin,
  sibling,
  tokenFor,
} from "../../support/ports-with-admin.ts";

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "passed",
    (error) => (error instanceof Failed ? error.failure : error),
  );
const REVOKED = { code: "auth.invalid_token", why: "revoked" };

function counted(ports: Ports): { ports: Ports; statements: string[] } {
  const statements: string[] = [];
  const reader: Reader = readerOf({
    rows(statement, signal) {
      statements.push(statement.sql);
      return ports.reader.rows(statement, signal);
    },
  });
  return { ports: { ...ports, reader }, statements };
}

test("a cached token costs one statement and reads no user row", async () => {
  const ports = await portsWithAdmin();
  const token = await tokenFor(ports, 1, "ADMIN");
  const { ports: watched, statements } = counted(ports);
  const first = await authenticate(watched, token);
  expect(first.actor).toEqual({ company: 1, userId: 1, role: "ADMIN" });
  expect(statements).toHaveLength(1);
  statements.length = 0;
  expect(await authenticate(watched, token)).toEqual(first);
  expect(statements).toHaveLength(1);
  expect(statements[0]).toContain("cache_versions");
  await ports.close();
});

test("S5: the role is the database's and not the token's, from the next request on", async () => {
  const ports = await portsWithAdmin();
  const id = await addUser(ports, { email: "bia@loja.example", role: "VISUALIZADOR" });
  const token = await tokenFor(ports, id, "ADMIN");
  expect((await authenticate(ports, token)).actor.role).toBe("VISUALIZADOR");
  await changeUser(ports, id, "role = 'GERENTE'");
  expect((await authenticate(ports, token)).actor.role).toBe("GERENTE");
  await ports.close();
});

test("S5: a user who was deactivated is out at once, in this process and in another", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const id = await addUser(ports, { email: "bia@loja.example", role: "OPERADOR" });
  const token = await tokenFor(ports, id, "OPERADOR");
  await authenticate(ports, token);
  await authenticate(other, token);
  await changeUser(ports, id, "active = 0");
  expect(await failureOf(authenticate(ports, token))).toEqual(REVOKED);
  expect(await failureOf(authenticate(other, token))).toEqual(REVOKED);
  await other.close();
  await ports.close();
});

test("S5: logout ends only the user's own tokens, at once, also in another process", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const id = await addUser(ports, { email: "bia@loja.example", role: "OPERADOR" });
  const token = await tokenFor(ports, id, "OPERADOR");
  const otherUser = await tokenFor(ports, 1, "ADMIN");
  for (const where of [ports, other])
    for (const who of [token, otherUser]) await authenticate(where, who);
  await logout(ports, causeOf(id, "OPERADOR"));
  for (const where of [ports, other]) {
    expect(await failureOf(authenticate(where, token))).toEqual(REVOKED);
    expect((await authenticate(where, otherUser)).actor.userId).toBe(1);
  }
  await other.close();
  await ports.close();
});

test("a remembered token expires when its time has come", async () => {
  const ports = await portsWithAdmin();
  const token = await tokenFor(ports, 1, "ADMIN");
  await authenticate(ports, token);
  ports.clock.advance(86_400_000 - 1);
  expect((await authenticate(ports, token)).actor.userId).toBe(1);
  ports.clock.advance(1);
  expect(await failureOf(authenticate(ports, token))).toEqual({
    code: "auth.invalid_token",
    why: "expired",
  });
  await ports.close();
});

test("a token for a user of another company is refused, though the user exists", async () => {
  const ports = await portsWithAdmin();
  const id = await addUser(ports, { email: "z@z.example", role: "ADMIN", company: 2 });
  expect(await failureOf(authenticate(ports, await tokenFor(ports, id, "ADMIN", 1)))).toEqual(
    REVOKED,
  );
  const { actor } = await authenticate(ports, await tokenFor(ports, id, "ADMIN", 2));
  expect(actor).toEqual({ company: 2, userId: id, role: "ADMIN" });
  await ports.close();
});

test("a token cached for one database is not known for another", async () => {
  const [here, there] = [await portsWithAdmin(), await portsWithAdmin()];
  const id = await addUser(here, { email: "bia@loja.example", role: "OPERADOR" });
  const token = await tokenFor(here, id, "OPERADOR");
  await authenticate(here, token);
  expect(await failureOf(authenticate(there, token))).toEqual(REVOKED);
  await here.close();
  await there.close();
});

test("S3: a remembered token is worth nothing under another secret, and without a secret nothing starts", async () => {
  const ports = await portsWithAdmin();
  const token = await tokenFor(ports, 1, "ADMIN");
  await authenticate(ports, token);
  const changed = { ...ports, config: { ...ports.config, JWT_SECRET: "y".repeat(40) } };
  expect(await failureOf(authenticate(changed, token))).toEqual({
    code: "auth.invalid_token",
    why: "malformed",
  });
  const without = { ...ports, config: { ...ports.config, JWT_SECRET: undefined } };
  await expect(authenticate(without, token)).rejects.toThrow("no JWT_SECRET");
  await ports.close();
});

test("a token that was issued and remembered under a clock that is ahead is refused once the clock is right", async () => {
  const ports = await portsWithAdmin();
  const right = ports.clock.now();
  ports.clock.set(right + 12 * 365 * 86_400_000);
  const early = await tokenFor(ports, 1, "ADMIN");
  expect((await authenticate(ports, early)).actor.userId).toBe(1);
  ports.clock.set(right);
  for (let n = 0; n < 2; n++)
    expect(await failureOf(authenticate(ports, early))).toEqual({
      code: "auth.invalid_token",
      why: "malformed",
    });
  await ports.close();
});
