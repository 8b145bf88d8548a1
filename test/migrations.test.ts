import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Database, openDatabase } from "../src/platform/bun/database/database.ts";

/** Companies themselves, the identity of the database, and messages, whose bodies name their company. */
const WITHOUT_COMPANY = ["id_ranges", "companies", "installation", "queue"];
/** Looked up before the company is known: an e-mail, a key, a link, an address of mail, the companies of a person; the
 * limits of a CNPJ, which are those of the service, whichever company asks. */
const NOT_BY_COMPANY = [
  "api_keys(hash)",
  "mail_addresses(token)",
  "memberships(invite_hash)",
  "memberships(user_id, company)",
  "sefaz_cursors(cnpj, environment)",
  "users(email)",
];

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-migrations-"));
  database = await openDatabase(`file:${join(folder, "sge.db")}`);
  await database.migrate();
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function rows(sql: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const result = await database.writing.execute({ sql, args });
  return result.rows.map((row) => ({ ...row }));
}

/** Our tables, with what `pragma table_list` says of them. */
const tables = () =>
  rows(
    "select * from pragma_table_list where schema = 'main' and name not like 'sqlite_%' and name not like '\\_\\_%' escape '\\'",
  );
const columnsOf = (table: string) => rows("select * from pragma_table_info(?)", table);

/** Every table that is declared, in every folder. */
async function known() {
  const found = new Map<string, ReturnType<typeof getTableConfig>>();
  for (const path of new Glob("src/**/tables.ts").scanSync())
    for (const value of Object.values(await import(`../${path}`)))
      if (is(value, SQLiteTable)) {
        const config = getTableConfig(value);
        found.set(config.name, config);
      }
  return found;
}

test("every declared table is in the database", async () => {
  const there = (await tables()).map(({ name }) => String(name));
  const declared = [...(await known()).keys()];
  expect(declared.filter((name) => !there.includes(name))).toEqual([]);
  expect(declared.length).toBeGreaterThan(10);
});

test("every declared table is read by its declaration", async () => {
  const sources = await Promise.all(
    [...new Glob("src/**/*.ts").scanSync()].map((path) => Bun.file(path).text()),
  );
  const imported = sources
    .flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from "[^"]*\/tables\.ts"/g)])
    .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()));
  const unused: string[] = [];
  for (const path of new Glob("src/**/tables.ts").scanSync())
    for (const [name, value] of Object.entries(await import(`../${path}`)))
      if (is(value, SQLiteTable) && !imported.includes(name)) unused.push(name);
  expect(unused).toEqual([]);
});

/** A default as SQL has it. */
const literal = (value: unknown): string => {
  if (typeof value === "string") return `'${value}'`;
  return typeof value === "object" ? `'${JSON.stringify(value)}'` : String(Number(value));
};

test("every column of a declared table has the type, key, default and nullability of the database", async () => {
  for (const [name, config] of await known()) {
    const keys = config.primaryKeys.flatMap(({ columns }) => columns.map((column) => column.name));
    const said = config.columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: column.notNull,
      key: column.primary ? 1 : keys.indexOf(column.name) + 1,
      fallback: column.hasDefault && column.default !== undefined ? literal(column.default) : null,
    }));
    const there = (await columnsOf(name)).map((column) => ({
      name: column.name,
      type: column.type,
      // An INTEGER PRIMARY KEY is the row's number, and has no NOT NULL beside it
      required: column.notnull === 1 || (column.pk === 1 && keys.length === 0),
      key: column.pk,
      fallback: column.dflt_value,
    }));
    expect({ name, columns: there }).toEqual({ name, columns: said });
  }
});

test("a declared autoIncrement is AUTOINCREMENT in the database: no id is given twice", async () => {
  for (const [name, config] of await known()) {
    const [{ sql } = { sql: "" }] = await rows(
      "select sql from sqlite_schema where name = ?",
      name,
    );
    const rising = config.columns.some(
      (column) => "autoIncrement" in column && column.autoIncrement === true,
    );
    expect({ name, rising: /\bAUTOINCREMENT\b/.test(String(sql)) }).toEqual({ name, rising });
  }
});

test("every table is STRICT: no number becomes a REAL in silence", async () => {
  const loose = (await tables()).filter(({ strict }) => strict !== 1);
  expect(loose.map(({ name }) => name)).toEqual([]);
});

test("every row has a company, which is first in every key and index", async () => {
  const withoutCompany: string[] = [];
  for (const { name } of await tables()) {
    const table = String(name);
    if (WITHOUT_COMPANY.includes(table)) continue;
    const company = (await columnsOf(table)).find((column) => column.name === "company");
    expect({ table, company: company?.type, required: company?.notnull }).toEqual({
      table,
      company: "INTEGER",
      required: 1,
    });
    for (const index of await rows("select name from pragma_index_list(?)", table)) {
      const parts = await rows(
        "select name from pragma_index_info(?) order by seqno",
        String(index.name),
      );
      const columns = parts.map((part) => part.name);
      if (columns[0] !== "company") withoutCompany.push(`${table}(${columns.join(", ")})`);
    }
  }
  expect(withoutCompany.sort()).toEqual(NOT_BY_COMPANY);
});

test("a movement cannot be changed or deleted by any statement", async () => {
  const write = (sql: string) => database.writing.execute(sql);
  await write(
    `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          values (1, 'a', '[]', 'production', 'UTC', 0, '[]', 0, 0, 1, 1, 0, 0)`,
  );
  await write(
    `insert into products (company, code, name, unit, created_at, updated_at) values (1, 'P', 'p', 'UN', 0, 0)`,
  );
  const insert = `into movements (company, product, type, quantity_e4, origin, origin_ref, posting, created_at,
      happened_at, value_e2, passed_e2, after_e4, after_e2)
    values (1, 'P', 'ENTRADA', 10000, 'MANUAL', 'r', 'r', 0, 0, 0, 0, 10000, 0)`;
  await write(`insert ${insert}`);
  const before = await rows("select * from movements");
  expect(before.length).toBe(1);
  for (const sql of [
    "update movements set quantity_e4 = 1",
    "update movements set notes = 'x' where id = 1",
    "delete from movements",
    "delete from movements where id = 1",
    `insert ${insert} on conflict do update set quantity_e4 = 1`,
    `insert ${insert}`,
  ])
    await expect(write(sql)).rejects.toThrow(/append-only|UNIQUE/);
  expect(await rows("select * from movements")).toEqual(before);
});

test("no statement replaces rows: SQLite fires no delete trigger for REPLACE", async () => {
  const replacing: string[] = [];
  for (const path of new Glob("src/**/*.ts").scanSync())
    if (/\b(?:or\s+replace|replace\s+into)\b/i.test(await Bun.file(path).text()))
      replacing.push(path);
  expect(replacing).toEqual([]);
});

test("a second migration changes nothing", async () => {
  const all = () => rows("select * from sqlite_schema order by name");
  const done = () => rows("select * from __drizzle_migrations");
  const before = [await all(), await done()];
  await database.migrate();
  expect([await all(), await done()]).toEqual(before);
  expect((await done()).length).toBe([...new Glob("migrations/*.sql").scanSync()].length);
});
