import type { Database } from "../platform/bun/database/database.ts";
import { type Installation, installationOf } from "../platform/installation.ts";

export const newInstallationId = (): string => crypto.randomUUID().replaceAll("-", "");

/**
 * What was told after an older state of the database is undone, but not unheard: tokens that were revoked since, cached answers
 * and cursors of the feed must not fit what now happens under the same numbers. So all of them begin far beyond, and the
 * database becomes another installation: the later state, should it turn up again, is not taken for this one.
 */
const FORK = [
  "update users set token_version = token_version + 1000000",
  "update cache_versions set version = version + 1000000",
  "update balances set version = version + 1000000",
  "update sqlite_sequence set seq = seq + 1000000 where name = 'events'",
];

/** Makes an older state of a database one of its own, under the id `next`; gives what it says of itself then. */
export async function assignNewInstallation(
  { writing, reading }: Pick<Database, "writing" | "reading">,
  next: string,
): Promise<Installation> {
  await writing.batch([...FORK, { sql: "update installation set id = ?1", args: [next] }], "write");
  const made = await installationOf(reading);
  if (made === null) throw new Error("the migrations have made no installation");
  return made;
}
