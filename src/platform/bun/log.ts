import type { Config } from "../../config.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Log } from "../../ports/telemetry.ts";
import { jsonLines } from "../log-lines.ts";

/** A closed pipe behind the log (`| head`) must not end the service. */
const ignore = () => undefined;

/** Ports.Log on standard output. */
export function stdoutLog(config: Pick<Config, "LOG_LEVEL">, clock: Ports["clock"]): Log {
  process.stdout.off("error", ignore).on("error", ignore);
  return jsonLines(config.LOG_LEVEL, clock, (line) => void process.stdout.write(line));
}
