import { expect, test } from "bun:test";
import { applySettings, settingsOf } from "../../../src/accounts/settings/settings.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import {
  addUser,
  auditOf,
  causeOf,
  portsWithAdmin,
  sibling,
} from "../../support/ports-with-admin.ts";

function watched(ports: Ports): { ports: Ports; reads: () => number } {
  let reads = 0;
  const read = new Proxy(ports.read, {
    get(target, name, receiver) {
      if (name === "select") reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  return { ports: { ...ports, read }, reads: () => reads };
}

test("settings are read once until they change, and a change made elsewhere is seen at once", async () => {
  const house1 = await portsWithAdmin();
  const { ports, reads } = watched(house1);
  const other = await sibling(house1);
  const before = await settingsOf(ports, 1);
  expect(await settingsOf(ports, 1)).toBe(before);
  expect(reads()).toBe(1);
  await applySettings(other, { autoApprove: true }, causeOf(1));
  const after = await settingsOf(ports, 1);
  expect(after).toEqual({ ...before, autoApprove: true, version: before.version + 1 });
  expect(await settingsOf(ports, 1)).toBe(after);
  expect(reads()).toBe(2);
  await other.close();
  await house1.close();
});

test("a known settings version saves a statement, and never gives old settings for a new version", async () => {
  const ports = await portsWithAdmin();
  const first = await settingsOf(ports, 1, 1);
  const statements: string[] = [];
  const reader = {
    rows: (statement: { sql: string; args: [] }) => {
      statements.push(statement.sql);
      return ports.reader.rows(statement);
    },
  };
  expect(await settingsOf(ports, 1, 1)).toBe(first);
  await applySettings(ports, { requireMapping: true }, causeOf(1));
  expect(
    (await settingsOf({ ...ports, reader: { ...ports.reader, ...reader } }, 1, 2)).requireMapping,
  ).toBe(true);
  expect(statements).toEqual([]);
  await ports.close();
});

test("two changes of different members at once both count", async () => {
  const ports = await portsWithAdmin();
  const before = await settingsOf(ports, 1);
  await Promise.all([
    applySettings(ports, { allowNegative: false }, causeOf(1)),
    applySettings(ports, { timeZone: "America/Manaus", cnpjs: ["11222333000181"] }, causeOf(1)),
  ]);
  expect(await settingsOf(ports, 1)).toEqual({
    ...before,
    allowNegative: false,
    timeZone: "America/Manaus",
    cnpjs: ["11222333000181"],
    version: before.version + 2,
  });
  await ports.close();
});

test("a change of settings bumps only the tag of settings, and is audited without the company's name", async () => {
  const ports = await portsWithAdmin();
  await applySettings(ports, { name: "Nome Novo Ltda", requireSignature: true }, causeOf(1));
  const versions = await ports.reader.rows({
    sql: "select tag, version from cache_versions where company = 1 order by tag",
    args: [],
  });
  expect(versions).toEqual([
    { tag: "accounts", version: 1 },
    { tag: "settings", version: 2 },
    { tag: "users", version: 1 },
  ]);
  const lines = await auditOf(ports);
  expect(lines).toMatchObject([
    {
      action: "company.update",
      user_id: 1,
      request_id: "req-1",
      detail: '{"name":"changed","requireSignature":true}',
    },
  ]);
  await ports.close();
});

test("a change that changes nothing writes nothing", async () => {
  const ports = await portsWithAdmin();
  const before = await settingsOf(ports, 1);
  expect(await applySettings(ports, {}, causeOf(1))).toEqual(before);
  const same = { name: before.name, autoApprove: false, cnpjs: undefined };
  expect(await applySettings(ports, same, causeOf(1))).toEqual(before);
  expect(await auditOf(ports)).toEqual([]);
  await ports.close();
});

test("a company's settings are its own: a change touches no other company", async () => {
  const ports = await portsWithAdmin();
  const id = await addUser(ports, { email: "z@z.example", role: "ADMIN", company: 2 });
  const first = await settingsOf(ports, 1);
  await applySettings(ports, { name: "Dois", autoApprove: true }, causeOf(id, "ADMIN", 2));
  expect(await settingsOf(ports, 1)).toEqual(first);
  expect(await settingsOf(ports, 2)).toMatchObject({ company: 2, name: "Dois", autoApprove: true });
  await ports.close();
});
