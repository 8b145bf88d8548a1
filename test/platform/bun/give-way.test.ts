import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { testUnless } from "../../support/full.ts";
import { withServer } from "../../support/server.ts";

const WITHOUT_THREADS =
  process.platform === "linux" ? null : "no priorities of threads but on Linux";

/** The priorities of the threads of this process that have a given name. */
const prioritiesOf = (name: string): number[] =>
  readdirSync("/proc/self/task")
    .filter((thread) => readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim() === name)
    .map((thread) => getPriority(Number(thread)));

testUnless(WITHOUT_THREADS)(
  "the thread that writes has a lower priority than the one that answers requests",
  () =>
    withServer(async () => {
      const own = getPriority(process.pid);
      expect(prioritiesOf("Worker").map((nice) => nice - own)).toContain(5);
    }),
);
