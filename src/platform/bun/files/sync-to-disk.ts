import { open } from "node:fs/promises";

/** Syncs a file, or the names in a folder: they then survive a loss of power. */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
