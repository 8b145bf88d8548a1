import { existsSync } from "node:fs";
import type { Config } from "../../config.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import { sayUnopened } from "../../platform/bun/database/storage-state.ts";
import { fileMarks } from "../../platform/bun/files/marks.ts";
import { differenceOf, installationOf, sayDifference } from "../../platform/installation.ts";
import { runningServer } from "../service/running-server.ts";
import { assignNewInstallation, newInstallationId } from "./new-installation.ts";

/** How the database differs from the installation's mark, and whether it was adopted. */
export interface AdoptResult {
  /** Portuguese: the difference; null when there is none. */
  readonly differs: string | null;
  readonly done: boolean;
}

/**
 * Makes the database at DATABASE_URL, as it is, the one of this installation: after a move to another machine or address, or when
 * lost data cannot be restored. If no database exists, the mark is removed and the next start makes a new installation. Without
 * `force` only the difference is returned. Throws (Portuguese) when a server runs, or the database cannot be opened.
 */
export async function adopt(
  where: Pick<Config, "DATABASE_URL" | "DATABASE_AUTH_TOKEN" | "DATA_DIR">,
  force: boolean,
  now: Date,
): Promise<AdoptResult> {
  const server = await runningServer(where);
  if (server !== null)
    throw new Error(`Um servidor usa este banco de dados (${server}): pare-o antes`);
  const path = filePath(where.DATABASE_URL);
  const place = path ?? where.DATABASE_URL;
  const marks = fileMarks(where.DATA_DIR);
  const mark = await marks.read().catch(() => "unreadable" as const);
  if (path !== null && !existsSync(path)) {
    if (mark === null)
      throw new Error(
        `Não há banco de dados em ${path}, nem marca em ${where.DATA_DIR}: confira em que pasta está, DATABASE_URL e DATA_DIR`,
      );
    if (force) await marks.remove();
    return { differs: `Não há banco de dados em ${path}`, done: force };
  }
  const database = await openDatabase(where.DATABASE_URL, where.DATABASE_AUTH_TOKEN);
  try {
    const found = await installationOf(database.reading);
    const differs =
      mark === "unreadable"
        ? "A marca não pode ser lida"
        : mark === null
          ? "Este banco de dados ainda não tem marca"
          : differenceText(differenceOf(mark, found), place, mark);
    if (differs === null || !force) return { differs, done: false };
    await database.migrate("copy");
    // This process may die in between: the mark fits both states before the database is changed.
    const before = await installationOf(database.reading);
    const id = newInstallationId();
    const at = now.getTime();
    if (before !== null)
      await marks.write({ ...before, at, next: { id, commits: before.commits }, file: null });
    await marks.write({
      ...(await assignNewInstallation(database, id, "database.adopt", at)),
      at,
      next: null,
      file: null,
    });
    return { differs, done: true };
  } catch (error) {
    throw sayUnopened(error, place);
  } finally {
    await database.close();
  }
}

const differenceText = (
  difference: ReturnType<typeof differenceOf>,
  place: string,
  mark: Parameters<typeof sayDifference>[2],
): string | null => (difference === null ? null : sayDifference(difference, place, mark));
