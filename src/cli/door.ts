import { SingleBar } from "cli-progress";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { stdoutSink } from "./documents/export.ts";
import { run, type Terminal } from "./main.ts";
import { screenOn } from "./terminal/screen.ts";
import { secretReader } from "./terminal/secret-input.ts";

/** Door: the command line. The domain is loaded only when the database is opened here. */
const terminal: Terminal = {
  env: process.env,
  fetch,
  local: async (config, who, purpose) =>
    (await import("./service/local-service.ts")).localService(config, who, purpose),
  out: screenOn(process.stdout),
  err: screenOn(process.stderr),
  stdout: stdoutSink,
  secret: secretReader(process.stdin, (text) => void process.stderr.write(text)),
  asksPerson: process.stdin.isTTY === true,
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
