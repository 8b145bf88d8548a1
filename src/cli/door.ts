import { SingleBar } from "cli-progress";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { run } from "./main.ts";
import type { Terminal } from "./service/with-connection.ts";
import { exitCode } from "./terminal/exit-codes.ts";
import { readInput } from "./terminal/input.ts";
import { screenOn } from "./terminal/screen.ts";
import { secretReader } from "./terminal/secret-input.ts";
import { stdoutSink } from "./terminal/sink.ts";

let stop: AbortController | null = null;

/** From the first call on SIGINT and SIGTERM abort; after the first of them they end the process, as without this. */
function interrupted(): AbortSignal {
  if (stop !== null) return stop.signal;
  const made = new AbortController();
  stop = made;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      process.once(signal, () => process.exit(exitCode("interrupted")));
      made.abort();
    });
  return made.signal;
}

/** Door: the command line. The domain is loaded only when the database is opened here. */
const terminal: Terminal = {
  env: process.env,
  fetch,
  local: async (config, who, purpose, signal) =>
    (await import("./service/local-service.ts")).localService(config, who, purpose, signal),
  out: screenOn(process.stdout),
  err: screenOn(process.stderr),
  stdout: stdoutSink,
  secret: secretReader(process.stdin, (text) => void process.stderr.write(text)),
  asksPerson: process.stdin.isTTY === true,
  input: (most) => readInput(process.stdin, most),
  interrupted,
  progress(total) {
    if (!process.stderr.isTTY) return { advance: () => undefined, stop: () => undefined };
    const bar = new SingleBar({
      format: "{bar} {percentage}% {value}/{total} arquivos, faltam {eta_formatted}",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(total, 0);
    return { advance: (by) => bar.increment(by), stop: () => bar.stop() };
  },
};

setPrivateUmask();
// No process.exit: it would drop output that a pipe has not read yet.
process.exitCode = await run(process.argv.slice(2), terminal);
