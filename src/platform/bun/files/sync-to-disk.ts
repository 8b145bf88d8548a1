import { open } from "node:fs/promises";

/** What stands in a file or a folder survives a loss of power from now on. */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
