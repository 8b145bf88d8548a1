import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client, InStatement } from "@libsql/client";
import { trusted } from "../../../lib/cast.ts";
import { rowsOf } from "../../libsql/rows.ts";

/** The folder of the project, independent of the working directory. */
const FOLDER = fileURLToPath(new URL("../../../../migrations", import.meta.url));

/** drizzle's table, as drizzle-orm creates it: databases of earlier versions already have it. */
const TABLE =
  "create table if not exists __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)";

/** A migration that was applied now, and its milliseconds. */
export interface Migrated {
  readonly tag: string;
  readonly ms: number;
}

/** The migrations of the database are not those of this program; the message (Portuguese) says which, and what to do. */
export class SchemaRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SchemaRefused";
  }
}

/** A migration of this program: its name, drizzle's timestamp, the SHA-256 of its text, its statements. */
export interface Migration {
  readonly tag: string;
  readonly when: number;
  readonly hash: string;
  readonly statements: readonly string[];
}

/** A migration that was applied to a database. */
export interface Applied {
  readonly when: number;
  readonly hash: string;
}

/** The migrations of `folder`, oldest first. */
export async function migrationsOf(folder = FOLDER): Promise<Migration[]> {
  const journal = trusted<{ entries: { tag: string; when: number }[] }>(
    await Bun.file(join(folder, "meta/_journal.json")).json(),
  );
  return Promise.all(
    journal.entries.map(async ({ tag, when }) => {
      const text = await Bun.file(join(folder, `${tag}.sql`)).text();
      const hash = createHash("sha256").update(text).digest("hex");
      return { tag, when, hash, statements: text.split("--> statement-breakpoint") };
    }),
  );
}

/**
 * The migrations that a database still needs. Throws SchemaRefused for one that a newer program has migrated, that had a
 * migration with another text, or that lacks one in the middle: such a database would fail later, at some statement.
 */
export function pendingOf(known: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const newest = known.at(-1)?.when ?? 0;
  const unknown = applied.filter(({ when }) => !known.some((one) => one.when === when));
  if (unknown.some(({ when }) => when > newest))
    throw new SchemaRefused(
      `O banco de dados foi migrado por uma versão mais nova do programa (${unknown.length === 1 ? "1 migração" : `${unknown.length} migrações`} que esta não conhece): use essa versão, ou restaure uma cópia feita antes da atualização`,
    );
  if (unknown.length > 0)
    throw new SchemaRefused(
      "O banco de dados tem uma migração que não é deste programa: confira DATABASE_URL, e use o programa que criou este banco",
    );
  for (const { tag, when, hash } of known) {
    const found = applied.find((one) => one.when === when);
    if (found !== undefined && found.hash !== hash)
      throw new SchemaRefused(
        `A migração ${tag} deste banco de dados não tem o mesmo texto que a deste programa (SHA-256 ${found.hash.slice(0, 12)}… no banco, ${hash.slice(0, 12)}… aqui): use a versão do programa que fez o banco, ou exporte os dados e comece um banco novo`,
      );
  }
  const last = Math.max(0, ...applied.map(({ when }) => when));
  const pending = known.filter(({ when }) => !applied.some((one) => one.when === when));
  const gap = pending.find(({ when }) => when < last);
  if (gap !== undefined)
    throw new SchemaRefused(
      `Falta ao banco de dados a migração ${gap.tag}, mais antiga que outras que ele tem: use a versão do programa que fez o banco`,
    );
  return pending;
}

/** The migrations that the database still needs; throws as `pendingOf` and as the database do. */
export async function pendingIn(client: Client): Promise<{ pending: Migration[]; had: number }> {
  const applied = await appliedIn(client);
  return { pending: pendingOf(await migrationsOf(), applied), had: applied.length };
}

/**
 * Brings a database to this version of the program, migration by migration, each in one atomic batch; returns the applied ones.
 * Of two concurrent processes one is refused by the guard, and must check again. Throws as `pendingOf` before any write.
 */
export async function migrate(client: Client): Promise<Migrated[]> {
  const { pending } = await pendingIn(client);
  const done: Migrated[] = [];
  for (const { tag, when, hash, statements } of pending) {
    const started = performance.now();
    await client.execute(TABLE);
    await client.migrate([
      ...guard(when),
      ...statements,
      {
        sql: "insert into __drizzle_migrations (hash, created_at) values (?1, ?2)",
        args: [hash, when],
      },
    ]);
    done.push({ tag, ms: Math.round(performance.now() - started) });
  }
  return done;
}

/** Fails the batch of a migration that another process has applied meanwhile (json() refuses the text). */
const guard = (when: number): InStatement[] => [
  {
    sql: "select json('applied by another process') from __drizzle_migrations where created_at = ?1",
    args: [when],
  },
];

async function appliedIn(client: Client): Promise<Applied[]> {
  const there = await client.execute(
    "select 1 from sqlite_schema where name = '__drizzle_migrations'",
  );
  if (there.rows.length === 0) return [];
  const rows = rowsOf(
    await client.execute("select hash, created_at from __drizzle_migrations order by created_at"),
  );
  return rows.map((row) => ({ when: Number(row.created_at), hash: String(row.hash) }));
}
