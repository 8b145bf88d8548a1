import { expect, test } from "bun:test";
import { login } from "../../../src/accounts/login/login.ts";
import { firstRun } from "../../../src/accounts/people/first-run.ts";
import { settingsOf } from "../../../src/accounts/settings/settings.ts";
import { NO_TAX_PROFILE } from "../../../src/accounts/tax-profile.ts";
import { Failed } from "../../../src/lib/result.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { testPorts } from "../../support/ports.ts";
import { ADMIN, sibling } from "../../support/ports-with-admin.ts";

const REQUEST = { requestId: "req-1", peer: null };

test("the first start makes the company of the configuration and its administrator", async () => {
  const ports = await testPorts({
    config: {
      ADMIN_EMAIL: "Chefe@Loja.example",
      ADMIN_PASSWORD: ADMIN.password,
      COMPANY_NAME: "Loja do Zé",
      COMPANY_CNPJ: ["11.222.333/0001-81", "12abc34501de35", "11222333000181"],
      COMPANY_ENVIRONMENT: "homologation",
    },
  });
  expect(await firstRun(ports)).toEqual({
    adminEmail: ADMIN.email,
    generatedPassword: null,
    made: true,
  });
  expect(await settingsOf(ports, 1)).toEqual({
    company: 1,
    name: "Loja do Zé",
    cnpjs: ["11222333000181", "12ABC34501DE35"],
    environment: "homologation",
    timeZone: "America/Sao_Paulo",
    autoApprove: false,
    overridableHolds: ["no_protocol", "unknown_operation"],
    requireSignature: false,
    requireMapping: false,
    allowNegative: true,
    costRisePercent: 30,
    heldDays: 7,
    units: {},
    taxProfile: NO_TAX_PROFILE,
    taxProfileVersion: 0,
    version: 1,
  });
  const { user } = await login(ports, ADMIN, REQUEST);
  expect(user).toMatchObject({ id: 1, role: "ADMIN", active: true });
  expect(await firstRun(ports)).toBeNull();
  await ports.close();
});

test("S4: without ADMIN_PASSWORD every installation gets its own password, shown once and valid for a login", async () => {
  const made: string[] = [];
  for (let n = 0; n < 2; n++) {
    const ports = await testPorts();
    const first = await firstRun(ports);
    const password = first?.generatedPassword ?? "";
    made.push(password);
    expect(
      (await login(ports, { email: first?.adminEmail ?? "", password }, REQUEST)).user.id,
    ).toBe(1);
    const dump = JSON.stringify([
      ports.logged,
      await ports.reader.rows({ sql: "select * from audit", args: [] }),
      await ports.reader.rows({ sql: "select * from users", args: [] }),
    ]);
    expect(dump).not.toContain(password);
    expect(await firstRun(ports)).toBeNull();
    await ports.close();
  }
  expect(made[0]).not.toBe(made[1]);
});

test("S4: a weak ADMIN_PASSWORD does not start", async () => {
  const ports = await testPorts({ config: { ADMIN_PASSWORD: "aaaaaaaaaaaa" } });
  const failed = await firstRun(ports).catch((error) => error);
  expect(failed).toBeInstanceOf(Failed);
  expect(failed.failure.code).toBe("auth.weak_password");
  expect(await ports.reader.rows({ sql: "select * from companies", args: [] })).toEqual([]);
  await ports.close();
});

test("two first starts at once, in two processes, make one company and one administrator", async () => {
  const ports = await testPorts();
  const other = await sibling(ports);
  const database = await openDatabase(ports.config.DATABASE_URL);
  const writer = groupWriter(database.writing, {
    group: 16,
    queue: 16,
    waitMs: 5_000,
    yieldToEventLoop: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const results = await Promise.all([
    firstRun(ports),
    firstRun({ ...other, writer }),
    firstRun(ports),
    firstRun({ ...other, writer }),
  ]);
  const winners = results.filter((result) => result !== null);
  expect(winners).toHaveLength(1);
  const count = async (table: string) =>
    (await ports.reader.rows({ sql: `select count(*) as n from ${table}`, args: [] }))[0]?.n;
  expect([await count("companies"), await count("users"), await count("audit")]).toEqual([1, 1, 1]);
  const [winner] = winners;
  const credentials = {
    email: winner?.adminEmail ?? "",
    password: winner?.generatedPassword ?? "",
  };
  expect((await login(ports, credentials, REQUEST)).user.role).toBe("ADMIN");
  await writer.drain();
  await database.close();
  await other.close();
  await ports.close();
});
