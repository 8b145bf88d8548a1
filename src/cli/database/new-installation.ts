import { auditAllCompanies } from "../../journal/record.ts";
import type { Database } from "../../platform/bun/database/database.ts";
import { type Installation, installationOf } from "../../platform/installation.ts";

export const newInstallationId = (): string => crypto.randomUUID().replaceAll("-", "");

/**
 * An older state of the database counts again from lower numbers, while clients still have tokens, cached answers and cursors of
 * the later state. They must not be valid for what now gets the same numbers. So every counter continues far beyond, and the
 * database gets a new installation id, by which the later state is not mistaken for this one. Audit lines too: another home may
 * have noted that it has those of the later state.
 */
const FORK = [
  "update users set token_version = token_version + 1000000",
  "update cache_versions set version = version + 1000000",
  "update balances set version = version + 1000000",
  "update sqlite_sequence set seq = seq + 1000000 where name in ('events', 'audit')",
];

/**
 * Makes a database a new installation with the id `next`, and writes an audit line of it for each company; returns its id and its
 * count of commits. `at` in ms UTC.
 */
export async function assignNewInstallation(
  { writing, reading }: Pick<Database, "writing" | "reading">,
  next: string,
  action: "database.adopt" | "database.restore",
  at: number,
): Promise<Installation> {
  const line = auditAllCompanies("cli", at, {
    action,
    entity: "database",
    id: next,
    detail: {},
  });
  await writing.batch(
    [
      ...FORK,
      { sql: "update installation set id = ?1", args: [next] },
      { sql: line.sql, args: [...line.args] },
    ],
    "write",
  );
  const made = await installationOf(reading);
  if (made === null) throw new Error("the migrations have made no installation");
  return made;
}
