import { chmod, stat } from "node:fs/promises";

/**
 * The mode of folders that the service makes: they hold invoices, hashes and secrets, so only their owner may enter. An
 * existing folder keeps its mode.
 */
export const PRIVATE = { recursive: true, mode: 0o700 } as const;

/** What other users of the machine may do with a file. */
const OTHERS = 0o007;

/**
 * Called by each entry point before it writes: files of this process and its children are then readable by their owner alone,
 * also in a folder that others may enter (a mounted volume, an existing folder).
 */
export function setPrivateUmask(): void {
  process.umask(0o077);
}

/**
 * Makes a database readable by its owner alone where every user may read it, as earlier versions of the service left it. A file
 * that is open to its group alone was made so on purpose and is not changed, nor is a file of another user.
 */
export async function restrictToOwner(path: string): Promise<void> {
  for (const end of ["", "-wal", "-shm"]) {
    const found = await stat(`${path}${end}`).catch(() => null);
    if (found !== null && (found.mode & OTHERS) !== 0)
      await chmod(`${path}${end}`, 0o600).catch(() => undefined);
  }
}
