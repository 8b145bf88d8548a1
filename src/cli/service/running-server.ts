import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { isRunning } from "../../platform/bun/files/running-process.ts";

const ServerFile = z.object({ url: z.url(), pid: z.int().positive() });

/**
 * The address of the server that runs on this data directory, from its `server.json`; null when none
 * runs.
 */
export async function runningServer(config: Pick<Config, "DATA_DIR">): Promise<string | null> {
  const text = await readFile(join(config.DATA_DIR, "server.json"), "utf8").catch(() => "");
  const file = ServerFile.safeParse(parsed(text));
  if (!file.success || !isRunning(file.data.pid)) return null;
  const answer = await fetch(`${file.data.url}/api/health`, {
    signal: AbortSignal.timeout(2_000),
  }).catch(() => null);
  return answer?.ok === true ? file.data.url : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
