import { drizzle } from "drizzle-orm/libsql";
import type { UserCause } from "../../src/accounts/actor.ts";
import { firstRun } from "../../src/accounts/people/first-run.ts";
import type { Role } from "../../src/accounts/roles.ts";
import { issueToken } from "../../src/accounts/token.ts";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { clientReader } from "../../src/platform/libsql/reader.ts";
import { memoryLimits } from "../../src/platform/memory/limits.ts";
import type { PasswordHasher } from "../../src/ports/passwords.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { type TestOverrides, type TestPorts, testPorts } from "./ports.ts";

export const ADMIN = { email: "chefe@loja.example", password: "uma senha de verdade" };

/** A fast password hasher that counts its calls; the parameters in its hashes are `v=<version>`. */
export function countingPasswords(version = 1): PasswordHasher & {
  calls: { hash: number; verify: number };
} {
  const calls = { hash: 0, verify: 0 };
  return {
    calls,
    async hash(password) {
      calls.hash += 1;
      return `$plain$v=${version}$${crypto.randomUUID()}$${password}`;
    },
    async verify(password, hash) {
      calls.verify += 1;
      return hash.split("$").slice(4).join("$") === password;
    },
  };
}

export type PortsWithAdmin = TestPorts & { passwords: ReturnType<typeof countingPasswords> };

/** Ports with a company, its administrator (`ADMIN`, user 1), a counting hasher and real rate limits. */
export async function portsWithAdmin(overrides: TestOverrides = {}): Promise<PortsWithAdmin> {
  const passwords = countingPasswords();
  const ports = await testPorts({
    ...overrides,
    passwords,
    config: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, ...overrides.config },
  });
  ports.limits = memoryLimits(ports.clock);
  await firstRun(ports);
  passwords.calls.hash = 0;
  return { ...ports, passwords };
}

/** Inserts a user into company 1 (or another, which is made if missing); returns the id. */
export async function addUser(
  ports: TestPorts,
  user: { email: string; role: Role; password?: string; active?: boolean; company?: number },
): Promise<number> {
  const { company = 1, active = true, password = "outra senha qualquer" } = user;
  const hash = await ports.passwords.hash(password);
  return ports.writer.commit({
    statements: [
      {
        sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          select ?1, 'Outra', cnpjs, environment, time_zone, auto_approve,
          overridable_holds, require_signature, require_mapping, allow_negative, 1, created_at, updated_at
          from companies where id = 1 and not exists (select 1 from companies where id = ?1)`,
        args: [company],
      },
      {
        sql: `insert into users (company, email, password_hash, role, active, token_version, created_at, updated_at)
          values (?1, ?2, ?3, ?4, ?5, 1, 0, 0) returning id`,
        args: [company, user.email, hash, user.role, Number(active)],
      },
    ],
    read: ([, rows]) => Number(rows?.[0]?.id),
  });
}

/** Changes columns of a user, and bumps the tag `accounts` as the service does. */
export async function changeUser(
  ports: TestPorts,
  id: number,
  set: string,
  company = 1,
): Promise<void> {
  await ports.writer.commit({
    statements: [
      { sql: `update users set ${set} where id = ?1`, args: [id] },
      {
        sql: `insert into cache_versions values (?1, 'accounts', 1)
          on conflict do update set version = version + 1`,
        args: [company],
      },
    ],
    read: () => undefined,
  });
}

/** A token for a user of company 1 whose token version is still 1. */
export const tokenFor = (ports: Ports, id: number, role: Role, company = 1): Promise<string> =>
  issueToken(
    ports.config.JWT_SECRET ?? "",
    { id, company, email: `user-${id}@loja.example`, role, tokenVersion: 1 },
    ports.clock.now(),
  );

/** Ports of a second process on the same database, with connections of their own. */
export async function sibling(ports: TestPorts): Promise<Ports & { close(): Promise<void> }> {
  const database = await openDatabase(ports.config.DATABASE_URL);
  return {
    ...ports,
    reader: clientReader(database.reading),
    read: drizzle(database.drizzleClient),
    close: () => database.close(),
  };
}

export const causeOf = (userId: number, role: Role = "ADMIN", company = 1): UserCause => ({
  actor: { company, userId, role },
  requestId: "req-1",
  peer: "192.0.2.7",
});

/** The audit lines of a database, oldest first, without the first run's. */
export const auditOf = (ports: Ports) =>
  ports.reader.rows({
    sql: "select * from audit where action <> 'company.create' order by id",
    args: [],
  });
