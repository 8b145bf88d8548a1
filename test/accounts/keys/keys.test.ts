import { expect, test } from "bun:test";
import { isWellFormedKey, makeKey } from "../../../src/accounts/keys/api-key.ts";
import { recordKeyUse } from "../../../src/accounts/keys/key-use.ts";
import {
  createKey,
  type KeyRequest,
  listKeys,
  MAX_KEYS,
  revokeKey,
} from "../../../src/accounts/keys/keys.ts";
import { authenticate } from "../../../src/accounts/login/authenticate.ts";
import { ROLES } from "../../../src/accounts/roles.ts";
import { sha256 } from "../../../src/lib/hash.ts";
import { Failed } from "../../../src/lib/result.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type Reader, readerOf } from "../../../src/ports/sql.ts";
import {
  addUser,
  auditOf,
  causeOf,
  changeUser,
  portsWithAdmin,
  sibling,
} from "../../support/ports-with-admin.ts";

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "passed",
    (error) => (error instanceof Failed ? error.failure : error),
  );
const refused = (why: string) => ({ code: "auth.invalid_token", why });
const ORDER: KeyRequest = { name: "integração", role: "OPERADOR", expiresAt: null };

test("a key has 256 random bits, and only its SHA-256 is kept", async () => {
  const ports = await portsWithAdmin();
  const { key, made } = await createKey(ports, ORDER, causeOf(1));
  expect(key).toMatch(/^sge_[0-9a-hjkmnp-tv-z]{10}_[0-9a-f]{64}$/);
  expect(key).toStartWith(`sge_${made.id}_`);
  expect(new Set(Array.from({ length: 200 }, () => makeKey().key)).size).toBe(200);
  const secret = key.slice(-64);
  for (const table of ["api_keys", "audit", "events"]) {
    const rows = await ports.reader.rows({ sql: `select * from ${table}`, args: [] });
    expect(JSON.stringify(rows)).not.toContain(secret);
  }
  const [row] = await ports.reader.rows({ sql: "select hash from api_keys", args: [] });
  expect(row?.hash).toBe(await sha256(key));
  expect(JSON.stringify(await listKeys(ports, 1))).not.toContain(String(row?.hash));
  await ports.close();
});

test("a key acts with its own role, in the name of who made it", async () => {
  const ports = await portsWithAdmin();
  const { key, made } = await createKey(ports, ORDER, causeOf(1));
  const { actor } = await authenticate(ports, key);
  expect(actor).toEqual({ company: 1, userId: 1, role: "OPERADOR", keyId: made.id });
  await ports.close();
});

test("a key known already costs one read, and none of the keys' table", async () => {
  const ports = await portsWithAdmin();
  const { key } = await createKey(ports, ORDER, causeOf(1));
  const statements: string[] = [];
  const reader: Reader = readerOf({
    rows(statement, signal) {
      statements.push(statement.sql);
      return ports.reader.rows(statement, signal);
    },
  });
  const watched: Ports = { ...ports, reader };
  const first = await authenticate(watched, key);
  expect(statements).toHaveLength(1);
  expect(await authenticate(watched, key)).toEqual(first);
  expect(statements).toHaveLength(2);
  expect(statements[1]).not.toContain("api_keys");
  await ports.close();
});

test("a revoked key is refused from the next request on, in this process and in another", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const [one, two] = [
    await createKey(ports, ORDER, causeOf(1)),
    await createKey(ports, ORDER, causeOf(1)),
  ];
  for (const where of [ports, other])
    for (const { key } of [one, two]) await authenticate(where, key);
  await revokeKey(ports, one.made.id, causeOf(1));
  for (const where of [ports, other]) {
    expect(await failureOf(authenticate(where, one.key))).toEqual(refused("revoked"));
    expect((await authenticate(where, two.key)).actor.keyId).toBe(two.made.id);
  }
  expect((await listKeys(ports, 1)).map(({ id }) => id)).toEqual([two.made.id]);
  await other.close();
  await ports.close();
});

test("revoking again changes nothing and leaves one audit line; another company's key is not found", async () => {
  const ports = await portsWithAdmin();
  const { made } = await createKey(ports, ORDER, causeOf(1));
  await addUser(ports, { email: "z@z.example", role: "ADMIN", company: 2 });
  expect(await failureOf(revokeKey(ports, made.id, causeOf(2, "ADMIN", 2)))).toEqual({
    code: "key.not_found",
  });
  await revokeKey(ports, made.id, causeOf(1));
  ports.clock.advance(1_000);
  await revokeKey(ports, made.id, causeOf(1));
  expect(await failureOf(revokeKey(ports, "no-such-key", causeOf(1)))).toEqual({
    code: "key.not_found",
  });
  expect(await auditOf(ports)).toMatchObject([
    { action: "key.create", entity_id: made.id, user_id: 1 },
    { action: "key.revoke", entity_id: made.id, user_id: 1 },
  ]);
  const [row] = await ports.reader.rows({ sql: "select revoked_at from api_keys", args: [] });
  expect(row?.revoked_at).toBe(ports.clock.now() - 1_000);
  await ports.close();
});

test("a key expires at its instant, also one that is remembered", async () => {
  const ports = await portsWithAdmin();
  const expiresAt = ports.clock.now() + 60_000;
  const { key } = await createKey(ports, { ...ORDER, expiresAt }, causeOf(1));
  ports.clock.advance(59_999);
  expect((await authenticate(ports, key)).actor.userId).toBe(1);
  ports.clock.advance(1);
  expect(await failureOf(authenticate(ports, key))).toEqual(refused("expired"));
  const other = await sibling(ports);
  expect(await failureOf(authenticate(other, key))).toEqual(refused("expired"));
  expect(
    await failureOf(createKey(ports, { ...ORDER, expiresAt: ports.clock.now() }, causeOf(1))),
  ).toEqual({ code: "key.expiry_past" });
  await other.close();
  await ports.close();
});

test("a text that is not quite a key is refused without asking the database", async () => {
  const ports = await portsWithAdmin();
  const { key } = await createKey(ports, ORDER, causeOf(1));
  const asked: unknown[] = [];
  const blind: Ports = {
    ...ports,
    reader: readerOf({
      rows: async (statement) => {
        asked.push(statement);
        return [];
      },
    }),
  };
  for (const bad of [
    `${key}0`,
    key.slice(0, -1),
    key.toUpperCase().replace("SGE", "sge"),
    `${key.slice(0, -1)}g`,
    "sge_",
    `sge_${"x".repeat(100_000)}`,
    key.replaceAll("_", "-").replace("sge-", "sge_"),
  ])
    expect(await failureOf(authenticate(blind, bad))).toEqual(refused("malformed"));
  expect(asked).toEqual([]);
  expect(isWellFormedKey(key)).toBe(true);
  await ports.close();
});

test("an unknown key is refused, also one that differs from a valid key in one digit", async () => {
  const ports = await portsWithAdmin();
  const { key } = await createKey(ports, ORDER, causeOf(1));
  const off = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
  for (const bad of [off, makeKey().key])
    expect(await failureOf(authenticate(ports, bad))).toEqual(refused("revoked"));
  await ports.close();
});

test("a change of the company's accounts looks a key up again, and finds it good", async () => {
  const ports = await portsWithAdmin();
  const { key, made } = await createKey(ports, ORDER, causeOf(1));
  const { actor } = await authenticate(ports, key);
  await changeUser(ports, 1, "name = 'Ana'");
  expect((await authenticate(ports, key)).actor).toEqual(actor);
  await revokeKey(ports, made.id, causeOf(1));
  expect(await failureOf(authenticate(ports, key))).toEqual(refused("revoked"));
  await ports.close();
});

test("a key acts as the lesser of its role and its maker's, from the next request on, and is listed so", async () => {
  const ports = await portsWithAdmin();
  const maker = await addUser(ports, { email: "m@loja.example", role: "ADMIN" });
  const made = [];
  for (const role of ROLES)
    made.push({ role, ...(await createKey(ports, { ...ORDER, role }, causeOf(maker))) });
  for (const makers of [...ROLES, ...ROLES.toReversed()]) {
    await changeUser(ports, maker, `role = '${makers}'`);
    const listed = new Map((await listKeys(ports, 1)).map((key) => [key.id, key]));
    for (const { role, key, made: one } of made) {
      const [lesser = role] = ROLES.filter((one) => one === role || one === makers);
      expect([role, makers, (await authenticate(ports, key)).actor.role]).toEqual([
        role,
        makers,
        lesser,
      ]);
      expect(listed.get(one.id)).toMatchObject({ role, effectiveRole: lesser });
    }
  }
  await ports.close();
});

test("a key falls with its maker, in every process at once, and stands again with him", async () => {
  const ports = await portsWithAdmin();
  const other = await sibling(ports);
  const maker = await addUser(ports, { email: "m@loja.example", role: "ADMIN" });
  const { key } = await createKey(ports, ORDER, causeOf(maker));
  const others = await createKey(ports, ORDER, causeOf(1));
  const set = (sql: string) =>
    ports.writer.commit({
      // By hand and without a word to the cache: the database itself keeps the promise.
      statements: [{ sql: `update users set ${sql} where id = ?1`, args: [maker] }],
      read: () => undefined,
    });
  for (const where of [ports, other]) await authenticate(where, key);
  await set("active = 0");
  for (const where of [ports, other]) {
    expect(await failureOf(authenticate(where, key))).toEqual(refused("revoked"));
    expect((await authenticate(where, others.key)).actor.userId).toBe(1);
  }
  const roles = (await listKeys(ports, 1)).map((one) => [one.createdBy, one.effectiveRole]);
  expect(new Map(roles.map(([by, role]) => [by, role]))).toEqual(
    new Map([
      [maker, null],
      [1, "OPERADOR"],
    ]),
  );
  await set("active = 1");
  expect((await authenticate(other, key)).actor.userId).toBe(maker);
  await other.close();
  await ports.close();
});

test("a key makes no key, so that a leaked one ends when it is revoked", async () => {
  const ports = await portsWithAdmin();
  const cause = causeOf(1);
  const byKey = { ...cause, actor: { ...cause.actor, keyId: "abc" } };
  expect(await failureOf(createKey(ports, ORDER, byKey))).toMatchObject({ code: "auth.forbidden" });
  expect(await listKeys(ports, 1)).toEqual([]);
  await ports.close();
});

test("a company has at most a hundred keys, also when many are asked for at once; a revoked one makes room", async () => {
  const ports = await portsWithAdmin();
  const made = await Promise.allSettled(
    Array.from({ length: MAX_KEYS + 5 }, () => createKey(ports, ORDER, causeOf(1))),
  );
  const won = made.flatMap((one) => (one.status === "fulfilled" ? [one.value.made] : []));
  expect(won).toHaveLength(MAX_KEYS);
  // A key that was not made leaves no line that says so.
  const [lines] = await ports.reader.rows({
    sql: "select count(*) as n from audit where action = 'key.create'",
    args: [],
  });
  expect(lines?.n).toBe(MAX_KEYS);
  expect(await failureOf(createKey(ports, ORDER, causeOf(1)))).toEqual({
    code: "key.too_many",
    limit: MAX_KEYS,
  });
  await revokeKey(ports, won[0]?.id ?? "", causeOf(1));
  expect(await failureOf(createKey(ports, ORDER, causeOf(1)))).toBe("passed");
  await ports.close();
});

test("a use is recorded at most once an hour, without delaying the request", async () => {
  const ports = await portsWithAdmin();
  const { key } = await createKey(ports, ORDER, causeOf(1));
  const { actor } = await authenticate(ports, key);
  const used = async () => {
    await ports.writer.drain();
    return (await listKeys(ports, 1))[0]?.lastUsedAt;
  };
  expect(await used()).toBeNull();
  const first = ports.clock.now();
  for (let n = 0; n < 5; n++) recordKeyUse(ports, actor);
  expect(await used()).toBe(first);
  const { committed } = ports.writer.figures();
  ports.clock.advance(3_599_999);
  recordKeyUse(ports, actor);
  expect(await used()).toBe(first);
  expect(ports.writer.figures().committed).toBe(committed);
  ports.clock.advance(1);
  recordKeyUse(ports, actor);
  expect(await used()).toBe(ports.clock.now());
  recordKeyUse(ports, causeOf(1).actor);
  expect(ports.writer.figures().committed).toBe(committed + 1);
  await ports.close();
});

test("a use that cannot be recorded does not fail the request", async () => {
  const ports = await portsWithAdmin();
  const { key } = await createKey(ports, ORDER, causeOf(1));
  const { actor } = await authenticate(ports, key);
  const noted = Promise.withResolvers<void>();
  recordKeyUse(
    {
      ...ports,
      writer: { commit: () => Promise.reject(new Failed({ code: "storage.full" })) },
      log: (_, event) => event === "key.use_not_noted" && noted.resolve(),
    },
    actor,
  );
  await noted.promise;
  expect((await listKeys(ports, 1))[0]?.lastUsedAt).toBeNull();
  await ports.close();
});
