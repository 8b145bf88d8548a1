import { sweepFolder } from "../../journal/expire-files.ts";
import type { Ports } from "../../ports/ports.ts";
import { ARCHIVES } from "./archive.ts";

/** Removes ZIPs that no batch names, older than a day; gives how many. */
export const sweepArchives = (
  ports: Pick<Ports, "reader" | "blobs" | "clock">,
  signal?: AbortSignal,
): Promise<number> => sweepFolder(ports, ARCHIVES, "j.kind = 'batch'", signal);
