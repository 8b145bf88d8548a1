import type { Config } from "../../config.ts";
import type { Log, Ports } from "../../ports.ts";
import { jsonLines } from "../log-lines.ts";

/** Ports.Log on standard output. A reader of the log that goes away does not take the service with it. */
export function stdoutLog(config: Pick<Config, "LOG_LEVEL">, clock: Ports["clock"]): Log {
  process.stdout.on("error", () => undefined);
  return jsonLines(config.LOG_LEVEL, clock, (line) => void process.stdout.write(line));
}
