import { expireFolder } from "../../journal/expire-files.ts";
import type { Ports } from "../../ports/ports.ts";
import { ARCHIVE_FOLDER } from "./archive.ts";

/** Deletes ZIPs that no batch references and that are older than a day; returns how many. */
export const expireArchives = (
  ports: Pick<Ports, "reader" | "blobs" | "clock">,
  signal?: AbortSignal,
): Promise<number> => expireFolder(ports, ARCHIVE_FOLDER, "j.kind = 'batch'", signal);
