import { chmod, stat } from "node:fs/promises";

/**
 * How the service makes folders: invoices, hashes and secrets stand in them, so nobody else of the machine looks in. One
 * that is there already stays as its owner made it.
 */
export const PRIVATE = { recursive: true, mode: 0o700 } as const;

/** What other users of the machine may do with a file. */
const OTHERS = 0o007;

/**
 * Called by each door of this machine before it makes anything: files that it and its children make are their owner's alone,
 * also in a folder that others may enter (a volume that was mounted, a folder that was there).
 */
export function setPrivateUmask(): void {
  process.umask(0o077);
}

/**
 * Closes a database to everybody else where anybody may read it, as SQLite made it in earlier versions; what is open to a
 * group alone is somebody's decision, and stays. A file of another user's stays too.
 */
export async function restrictToOwner(path: string): Promise<void> {
  for (const end of ["", "-wal", "-shm"]) {
    const found = await stat(`${path}${end}`).catch(() => null);
    if (found !== null && (found.mode & OTHERS) !== 0)
      await chmod(`${path}${end}`, 0o600).catch(() => undefined);
  }
}
