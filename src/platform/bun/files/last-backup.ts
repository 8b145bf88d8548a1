import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Noted = z.object({ at: z.int().min(0) });
const NAME = "last-backup.json";

/**
 * Records in the data directory that a backup was made at `at` (ms UTC), for the metrics of the service. Where the directory is
 * not writable nothing is recorded, and the backup succeeds all the same.
 */
export async function recordBackup(folder: string, at: number): Promise<void> {
  const path = join(folder, NAME);
  const draft = `${path}.${process.pid}.parcial`;
  try {
    await writeFile(draft, `${JSON.stringify({ at })}\n`);
    await rename(draft, path);
  } catch {
    await rm(draft, { force: true });
  }
}

/** When the last backup was made (ms UTC); null when none was recorded. */
export async function lastBackup(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, NAME), "utf8").catch(() => "");
  try {
    return Noted.parse(JSON.parse(text)).at;
  } catch {
    return null;
  }
}
