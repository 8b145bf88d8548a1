import { stat } from "node:fs/promises";
import { StorageFault } from "../../../resilience/storage-fault.ts";
import {
  differenceOf,
  type Installation,
  installationOf,
  type Mark,
  type Marks,
  type SeenFile,
  sayDifference,
  WAY_OUT,
  whenOf,
} from "../../installation.ts";
import type { ReadClient } from "../../libsql/reader.ts";
import { filePath } from "./database.ts";
import { seenFile, wasCut } from "./file-watch.ts";

/**
 * Called before a database is opened, which would create it: where there is a mark, the file must exist and not be empty.
 * Returns the mark; null for an installation without one. Throws StorageFault (`gone`).
 */
export async function requireDatabaseFile(url: string, marks: Marks): Promise<Mark | null> {
  const mark = await marks.read();
  const path = filePath(url);
  if (mark === null || path === null) return mark;
  const found = await stat(path).catch(absent);
  if (found === null)
    throw new StorageFault(
      "gone",
      `Não há banco de dados em ${path}, e esta instalação já teve um (${mark.commits} gravações até ${whenOf(mark)}). ${WAY_OUT}`,
    );
  // SQLite would delete the log of an empty file.
  if (found.size === 0)
    throw new StorageFault("gone", sayDifference({ kind: "empty" }, path, mark));
  if (mark.next === null) await mustNotBeLess(path, mark.file ?? { size: 0, changes: 0 });
  return mark;
}

/** Checks the file alone: its log may still hold pages that the file lacks after an interrupted write. */
async function mustNotBeLess(path: string, seen: SeenFile): Promise<void> {
  const now = seenFile(path);
  const alone = (await sizeOf(`${path}-wal`)) + (await sizeOf(`${path}-journal`)) === 0;
  const least = Math.max(seen.size, now?.declaredSize ?? 0);
  const what =
    now === null
      ? "não é mais um banco de dados"
      : wasCut(now, seen) || (alone && now.size < now.declaredSize)
        ? `foi truncado (tinha ${least} bytes e agora tem ${now.size})`
        : now.changes < seen.changes
          ? "é mais antigo que o que estava em uso"
          : null;
  if (what !== null) throw new StorageFault("damaged", `${path} ${what}. ${WAY_OUT}`);
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

function absent(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

/**
 * Called after a database was opened and before any write: it must be the marked one, and have at least its commits. Throws
 * StorageFault (`gone`) with the difference.
 */
export async function requireMarkedDatabase(
  url: string,
  reading: ReadClient,
  mark: Mark | null,
): Promise<void> {
  if (mark === null) return;
  const difference = differenceOf(mark, await installationOf(reading));
  if (difference === null) return;
  throw new StorageFault("gone", sayDifference(difference, filePath(url) ?? url, mark));
}

/** Writes the mark of an installation as it is now, and returns its row. The tables must be current. */
export async function writeMark(
  reading: ReadClient,
  marks: Marks,
  now: number,
): Promise<Installation> {
  const found = await installationOf(reading);
  if (found === null) throw new Error("the migrations have made no installation");
  await marks.write({ ...found, at: now, next: null, file: null });
  return found;
}
