import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { PromMeter } from "../../../observability/meter.ts";
import type { Ports } from "../../../ports/ports.ts";
import { lastBackup } from "../files/last-backup.ts";
import { filePath } from "./database.ts";
import { previousDatabases } from "./previous-databases.ts";

/**
 * The gauges of the disk: the size of a local database and of its previous ones, the free space, and the age of the last
 * backup. For a database on a server only the free space of DATA_DIR.
 */
export function watchStorage(
  meter: PromMeter,
  ports: Pick<Ports, "config" | "reader" | "clock">,
): void {
  const { DATABASE_URL, DATA_DIR } = ports.config;
  const path = filePath(DATABASE_URL);
  const folders = { data: DATA_DIR, ...(path === null ? {} : { database: dirname(path) }) };
  meter.addSource(async () => ({
    sge_disk_free_bytes: await Promise.all(
      Object.entries(folders).map(async ([folder, where]) => ({
        labels: { folder },
        value: await freeBytes(where),
      })),
    ),
  }));
  if (path === null) return;
  meter.addSource(async () => {
    const sizes = await Promise.all((await previousDatabases(path)).map(sizeOf));
    return {
      sge_database_bytes: [
        { labels: { file: "main" }, value: await sizeOf(path) },
        { labels: { file: "wal" }, value: await sizeOf(`${path}-wal`) },
        { labels: { file: "aside" }, value: sizes.reduce((sum, size) => sum + size, 0) },
      ],
    };
  });
  meter.addSource(async () => {
    const since = (await lastBackup(DATA_DIR)) ?? (await madeAt(ports));
    return { sge_backup_age_seconds: Math.max(0, ports.clock.now() - since) / 1_000 };
  });
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** The free space for a user without privileges. */
async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function madeAt({ reader, clock }: Pick<Ports, "reader" | "clock">): Promise<number> {
  const [row] = await reader.rows({ sql: "select min(created_at) as at from companies", args: [] });
  return Number(row?.at ?? clock.now());
}
