import { homePorts } from "../accounts/home.ts";
import { type KeyRole, type Role, roleOfKey } from "../accounts/roles.ts";
import { bumpTagIfChanged } from "../journal/record.ts";
import { trusted } from "../lib/cast.ts";
import { FIRST_HOME } from "../ports/homes.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Statement } from "../ports/sql.ts";
import { faultCode } from "../resilience/fault-code.ts";

/** Audit lines that one batch brings. */
const LINES = 200;

/**
 * Brings what the first database has written for companies that live elsewhere to their homes: the audit lines of logins, users
 * and keys, which then stand in the company's one chain, and the names of its people. Each line once: the home keeps the place
 * up to which it has them. A home that does not answer, or a company that is being moved, waits for the next run. Returns how
 * many lines were brought.
 */
export async function bringPeople(ports: Ports, signal?: AbortSignal): Promise<number> {
  const { homes } = ports;
  if (homes === undefined) return 0;
  const waiting = await homes.first.reader.rows({
    sql: `select c.id, c.home from companies c where c.home is not null and c.copier is null
      and exists (select 1 from audit a where a.company = c.id and a.id > c.audit_from)`,
    args: [],
  });
  let lines = 0;
  for (const { id, home } of waiting) {
    if (signal?.aborted) break;
    try {
      const company = Number(id);
      lines += await bringCompany(homes.first, homePorts(ports, company, String(home)), company);
    } catch (error) {
      ports.log("warn", "home.people", { company: Number(id), code: faultCode(error) });
    }
  }
  return lines;
}

type Db = Pick<Ports, "reader" | "writer">;

/**
 * As `bringPeople`, all lines of one company; `there`: its home, with a guarded writer. While the company is being copied into the
 * first database its lines there are copies: only the run that copies (`copier`) brings lines, before it copies. Fails with
 * `company.moving` and as the databases do.
 */
export async function bringCompany(
  first: Db,
  there: Db,
  company: number,
  copier: string | null = null,
): Promise<number> {
  const waits =
    "exists (select 1 from companies where id = ?1 and home is not null and copier is ?3)";
  for (let brought = 0; ; ) {
    const [row] = await there.reader.rows({
      sql: "select audit_from from companies where id = ?1",
      args: [company],
    });
    const from = Number(row?.audit_from ?? 0);
    const lines = await first.reader.rows({
      sql: `select ${["id", ...COLUMNS].join(", ")} from audit
        where company = ?1 and id > ?2 and ${waits} order by id limit ${LINES}`,
      args: [company, from, copier],
    });
    const to = Number(lines.at(-1)?.id ?? from);
    if (lines.length > 0) {
      await commitStatements(there.writer, [
        ...linesTo(company, JSON.stringify(lines), from, to),
        ...(await peopleTo(first, company)),
      ]);
    }
    await commitStatements(first.writer, [
      {
        sql: `delete from audit
          where company = ?1 and id > (select audit_from from companies where id = ?1) and id <= ?2 and ${waits}`,
        args: [company, to, copier],
      },
      {
        sql: `update companies set audit_from = ?2 where id = ?1 and audit_from < ?2 and ${waits}`,
        args: [company, to, copier],
      },
    ]);
    brought += lines.length;
    if (lines.length < LINES) return brought;
  }
}

const COLUMNS = [
  "at",
  "user_id",
  "key_id",
  "action",
  "entity",
  "entity_id",
  "detail",
  "request_id",
  "peer",
] as const;

/** The lines, where the home still stands at `from`. */
const linesTo = (company: number, lines: string, from: number, to: number): Statement[] => [
  {
    sql: `insert into audit (company, ${COLUMNS.join(", ")})
      select ?1, ${COLUMNS.map((column) => `value ->> '${column}'`).join(", ")} from json_each(?2)
      where exists (select 1 from companies where id = ?1 and audit_from = ?3) order by key`,
    args: [company, lines, from],
  },
  {
    sql: "update companies set audit_from = ?3 where id = ?1 and audit_from = ?2",
    args: [company, from, to],
  },
];

/**
 * Id, name and e-mail of the company's people, and its API keys with a random hash in place of their own: for what shows who did
 * something, and asks whether a key still stands. They let no caller in: a copy of a person has an empty hash in place of a password.
 * Memberships stay behind, so a key comes as it acts: with
 * its maker's role where that is less, and revoked (at 0) while its maker is not active.
 */
export async function peopleTo(
  first: Pick<Ports, "reader">,
  company: number,
): Promise<Statement[]> {
  const people = await first.reader.rows({
    sql: `select u.id, u.name, u.email, u.created_at from memberships m join users u on u.id = m.user_id where m.company = ?1`,
    args: [company],
  });
  const given = JSON.stringify(people);
  const made = await first.reader.rows({
    sql: `select k.id, k.name, k.role, k.expires_at, k.revoked_at, k.created_by, k.created_at, m.role as maker
      from api_keys k left join memberships m on m.company = k.company and m.user_id = k.created_by and m.active = 1
      where k.company = ?1`,
    args: [company],
  });
  const keys = made.map(({ maker, ...key }) => {
    // A CHECK of each table holds its column to its roles.
    const own = trusted<KeyRole>(key.role);
    const role = maker == null ? null : roleOfKey(own, trusted<Role>(maker));
    return role === null ? { ...key, revoked_at: key.revoked_at ?? 0 } : { ...key, role };
  });
  return [
    // An address that has passed to another person.
    {
      sql: `update users set email = '~' || id where exists (select 1 from json_each(?1)
        where value ->> 'email' = users.email and value ->> 'id' <> users.id)`,
      args: [given],
    },
    {
      sql: `insert into users (company, id, name, email, password_hash, role, active, token_version, created_at, updated_at)
        select ?2, value ->> 'id', value ->> 'name', value ->> 'email', '', 'VISUALIZADOR', 0, 0, value ->> 'created_at',
          value ->> 'created_at' from json_each(?1) where true
        on conflict (id) do update set name = excluded.name, email = excluded.email
          where name is not excluded.name or email <> excluded.email`,
      args: [given, company],
    },
    bumpTagIfChanged(company, "users"),
    {
      sql: `insert into api_keys (company, id, name, hash, role, expires_at, revoked_at, created_by, created_at)
        select ?2, value ->> 'id', value ->> 'name', hex(randomblob(32)), value ->> 'role', value ->> 'expires_at',
          value ->> 'revoked_at', value ->> 'created_by', value ->> 'created_at' from json_each(?1) where true
        on conflict (company, id) do update set name = excluded.name, revoked_at = excluded.revoked_at,
          expires_at = excluded.expires_at, role = excluded.role`,
      args: [JSON.stringify(keys), company],
    },
  ];
}

/** Brings names, CNPJs and environments from the homes to the directory, which a login shows; returns how many were old. */
export async function bringNames(ports: Ports): Promise<number> {
  const { homes } = ports;
  if (homes === undefined || homes.first.reader !== ports.reader) return 0;
  let changed = 0;
  for (const name of homes.names) {
    const home = homes.named(name);
    if (name === FIRST_HOME || home === undefined) continue;
    const known = await homes.first.reader.rows({
      sql: `select id, ${FACTS} from companies where home = ?1`,
      args: [name],
    });
    const current = await home.reader.rows({
      sql: `select id, ${FACTS} from companies where home is null`,
      args: [],
    });
    const byId = new Map(current.map((row) => [row.id, row]));
    const old = known.flatMap((row) => {
      const now = byId.get(row.id ?? null);
      return now === undefined || JSON.stringify(now) === JSON.stringify(row) ? [] : [now];
    });
    if (old.length === 0) continue;
    changed += old.length;
    await commitStatements(homes.first.writer, [
      {
        sql: `update companies set (name, cnpjs, environment) =
            (select value ->> 'name', value ->> 'cnpjs', value ->> 'environment' from json_each(?1) where value ->> 'id' = companies.id)
          where id in (select value ->> 'id' from json_each(?1)) and home = ?2`,
        args: [JSON.stringify(old), name],
      },
    ]);
  }
  return changed;
}

const FACTS = "name, cnpjs, environment";
