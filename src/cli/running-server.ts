import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../config.ts";
import { isRunning } from "../platform/bun/files/running-process.ts";

const ServerFile = z.object({ url: z.url(), pid: z.int().positive() });

/**
 * The server that says in the data directory that it serves from there; null when there is none, or
 * it is gone.
 */
export async function runningServer(config: Pick<Config, "DATA_DIR">): Promise<string | null> {
  const text = await readFile(join(config.DATA_DIR, "server.json"), "utf8").catch(() => "");
  const sign = ServerFile.safeParse(parsed(text));
  if (!sign.success || !isRunning(sign.data.pid)) return null;
  const answer = await fetch(`${sign.data.url}/api/health`, {
    signal: AbortSignal.timeout(2_000),
  }).catch(() => null);
  return answer?.ok === true ? sign.data.url : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
