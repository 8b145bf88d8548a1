import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { login } from "../../../src/accounts/login/login.ts";
import {
  isFirstPassword,
  renewFirstPassword,
} from "../../../src/accounts/people/first-password.ts";
import { firstRun } from "../../../src/accounts/people/first-run.ts";
import {
  firstPasswordPath,
  removeFirstPassword,
} from "../../../src/platform/bun/files/first-password.ts";
import { createFirstAccess, type Show } from "../../../src/start/first-access.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";
import { ADMIN, sibling } from "../../support/ports-with-admin.ts";

const REQUEST = { requestId: "req-1", peer: null };
const nowhere: Show = { printFile: () => undefined };
const enters = (ports: TestPorts, email: string, password: string) =>
  login(ports, { email, password }, REQUEST).then(
    () => true,
    () => false,
  );

test("an unused generated password is replaced at each start, and the last one is valid", async () => {
  const ports = await testPorts();
  const first = await firstRun(ports);
  const second = await renewFirstPassword(ports);
  const third = await renewFirstPassword(ports);
  const { adminEmail = "" } = third ?? {};
  const passwords = [first, second, third].map((access) => access?.generatedPassword ?? "");
  expect(new Set(passwords).size).toBe(3);
  expect([second?.made, third?.adminEmail]).toEqual([false, first?.adminEmail ?? ""]);
  expect(await enters(ports, adminEmail, passwords[0] ?? "")).toBe(false);
  expect(await enters(ports, adminEmail, passwords[2] ?? "")).toBe(true);
  for (let start = 0; start < 2; start += 1) expect(await renewFirstPassword(ports)).toBeNull();
  expect(await enters(ports, adminEmail, passwords[2] ?? "")).toBe(true);
  const lines = await ports.reader.rows({
    sql: "select user_id, detail from audit where action = 'password.renew'",
    args: [],
  });
  expect(lines).toEqual(Array(2).fill({ user_id: null, detail: '{"generated":true}' }));
  await ports.close();
});

test("ADMIN_PASSWORD replaces a generated password that was never used, and no other", async () => {
  const ports = await testPorts({ config: { ADMIN_EMAIL: ADMIN.email } });
  const first = await firstRun(ports);
  const given = { ...ports, config: { ...ports.config, ADMIN_PASSWORD: ADMIN.password } };
  expect(await renewFirstPassword(given)).toEqual({
    adminEmail: ADMIN.email,
    generatedPassword: null,
    made: false,
  });
  expect(await enters(ports, ADMIN.email, first?.generatedPassword ?? "")).toBe(false);
  expect(await renewFirstPassword(ports)).toBeNull();
  expect(await enters(ports, ADMIN.email, ADMIN.password)).toBe(true);
  const later = { ...ports.config, ADMIN_PASSWORD: "uma senha de depois" };
  expect(await renewFirstPassword({ ...ports, config: later })).toBeNull();
  expect(await enters(ports, ADMIN.email, ADMIN.password)).toBe(true);
  await ports.close();
});

test("a login with a password that a start has just replaced leaves the new one to be shown", async () => {
  const ports = await testPorts();
  const first = await firstRun(ports);
  const { verify } = ports.passwords;
  let renewed: Awaited<ReturnType<typeof renewFirstPassword>> = null;
  const racing: TestPorts = {
    ...ports,
    passwords: {
      ...ports.passwords,
      async verify(password, hash) {
        const good = await verify(password, hash);
        renewed = await renewFirstPassword(ports);
        return good;
      },
    },
  };
  expect(await enters(racing, first?.adminEmail ?? "", first?.generatedPassword ?? "")).toBe(true);
  const current = await renewFirstPassword(ports);
  expect([renewed, current?.made]).toEqual([expect.anything(), false]);
  await ports.close();
});

test("two concurrent starts: the one that writes last has the valid password and knows it", async () => {
  const ports = await testPorts();
  await firstRun(ports);
  beforeNextCommit(ports, () => renewFirstPassword(ports));
  const shown = await renewFirstPassword(ports);
  expect(await enters(ports, shown?.adminEmail ?? "", shown?.generatedPassword ?? "")).toBe(true);
  await ports.close();
});

test("without a terminal the password stands in a file of its owner's alone, until the first login removes it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-first-"));
  const ports = await testPorts();
  ports.config.DATA_DIR = join(folder, "data");
  ports.removeFirstPassword = () => removeFirstPassword(ports.config.DATA_DIR);
  const path = firstPasswordPath(ports.config.DATA_DIR);
  const printed: string[] = [];
  for (let start = 0; start < 2; start += 1) {
    const access = await createFirstAccess(ports, { printFile: (file) => void printed.push(file) });
    const shown = `${access?.adminEmail}\n${access?.generatedPassword}\n`;
    expect(await readFile(path, "utf8")).toBe(shown);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(ports.config.DATA_DIR)).toEqual(["first-password"]);
  }
  expect(printed).toEqual([path, path]);
  const [email = "", password = ""] = (await readFile(path, "utf8")).split("\n");
  expect(await enters(ports, email, "errada errada")).toBe(false);
  expect(await readdir(ports.config.DATA_DIR)).toEqual(["first-password"]);
  expect(await enters(ports, email, password)).toBe(true);
  expect(await readdir(ports.config.DATA_DIR)).toEqual([]);
  expect(JSON.stringify(ports.logged)).not.toContain(password);
  await Bun.write(path, "of a login elsewhere");
  expect(await createFirstAccess(ports, nowhere)).toBeNull();
  expect(await readdir(ports.config.DATA_DIR)).toEqual([]);
  await ports.close();
  await rm(folder, { recursive: true, force: true });
});

test("on a terminal the password is written there and into no file", async () => {
  const ports = await testPorts();
  const written: string[] = [];
  const show: Show = {
    terminal: { write: (text) => written.push(text) },
    printFile: () => written.push("a file"),
  };
  await Bun.write(firstPasswordPath(ports.config.DATA_DIR), "of a start without a terminal");
  const access = await createFirstAccess(ports, show);
  expect(written).toHaveLength(1);
  expect(written[0]).toContain(access?.generatedPassword ?? "nothing");
  expect(await readdir(ports.config.DATA_DIR)).not.toContain("first-password");
  await ports.close();
});

test("the file of processes that start at the same moment shows the valid password", async () => {
  const ports = await testPorts();
  const other = await sibling(ports);
  await Promise.all([
    createFirstAccess(ports, nowhere),
    createFirstAccess({ ...other, writer: ports.writer }, nowhere),
    createFirstAccess(ports, nowhere),
  ]);
  const shown = await readFile(firstPasswordPath(ports.config.DATA_DIR), "utf8");
  const [email = "", password = ""] = shown.split("\n");
  expect(await isFirstPassword(ports, password)).toBe(true);
  expect(await enters(ports, email, password)).toBe(true);
  await other.close();
  await ports.close();
});
