import { expect, test } from "bun:test";
import { join } from "node:path";
import { FULL } from "../support/full.ts";
import { type Client, interleave } from "../support/http/interleavings.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";

/** Real processes: only with FULL=1 (`bun run check:full`), for starting them and their fsyncs take seconds. */

async function doorOf(url: string): Promise<Client> {
  const token = await signIn(url);
  return (method, path, init = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      method,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
}

if (FULL)
  test("200 random interleavings of writes and cached reads over two processes have no stale read", async () => {
    await using dir = await temporaryFolder();
    const env = {
      DATABASE_URL: `file:${join(dir.path, "sge.db")}`,
      JWT_SECRET: "a secret that both processes have been given",
    };
    await using first = startProcess(dir.path, env);
    const one = await doorOf(await first.listening);
    await using second = startProcess(dir.path, env);
    const other = await doorOf(await second.listening);
    await interleave([one, other], 200);
    const metrics = await other("GET", "/metrics");
    expect(await metrics.text()).toMatch(/cache_reads_total\{result="HIT"\} [1-9]/);
  }, 300_000);
