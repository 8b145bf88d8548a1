import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqld } from "../../src/tools/programs.ts";

/** A real libSQL server on a free port, with an empty database in a new folder. */
export async function libsqlServer() {
  const folder = await mkdtemp(join(tmpdir(), "sge-sqld-"));
  const port = await freePort();
  const child = Bun.spawn(sqld(join(folder, "db"), `127.0.0.1:${port}`), {
    env: { SQLD_NO_WELCOME: "1", RUST_LOG: "off" },
    stdout: "ignore",
    stderr: "ignore",
  });
  const ready = () => fetch(`http://127.0.0.1:${port}/health`).then((answer) => answer.ok);
  for (let tries = 0; !(await ready().catch(() => false)); tries += 1) {
    if (child.exitCode !== null || tries > 500) throw new Error("sqld did not start");
    await Bun.sleep(10);
  }
  return {
    port,
    /** Where its database and the log of that are. */
    data: join(folder, "db/dbs/default"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
