import { expect, test } from "bun:test";
import { Failed } from "../../../src/lib/result.ts";
import { reasonOf } from "../../../src/start/reason.ts";

/** What `bun src/tools/migrate.ts` says and ends with, before a server that answers so to everything. */
async function migrating(status: number) {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(null, { status }),
  });
  const child = Bun.spawn([process.execPath, "src/tools/migrate.ts"], {
    env: { PATH: process.env.PATH, DATABASE_URL: server.url.origin, DATABASE_AUTH_TOKEN: "x" },
    stdout: "ignore",
    stderr: "pipe",
  });
  return [await child.exited, await child.stderr.text()];
}

test("a refused migration names in one line the variable to correct", async () => {
  expect(await Promise.all([migrating(401), migrating(403), migrating(404)])).toEqual([
    [1, expect.stringMatching(/^DATABASE_AUTH_TOKEN: o banco de dados recusa este token .*\n$/)],
    [1, expect.stringMatching(/^DATABASE_AUTH_TOKEN: o banco de dados recusa este token .*\n$/)],
    [1, "DATABASE_URL: não há banco de dados neste endereço\n"],
  ]);
});

test("a failed start has a sentence for people: transient faults, refusals, failures and unknown errors", () => {
  const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  expect(reasonOf(new Error("Failed query: create table", { cause: refused }))).toBe(
    "DATABASE_URL: o banco de dados não responde, ou está ocupado",
  );
  expect(reasonOf(new Failed({ code: "storage.full" }))).toBe("Não há espaço para gravar");
  expect(reasonOf(new Error("JWT_SECRET falta"))).toBe("JWT_SECRET falta");
});

test("a full disk has one sentence, from the system or from SQLite, with or without a path", () => {
  for (const code of ["ENOSPC", "SQLITE_FULL"])
    expect(reasonOf(Object.assign(new Error("no space left on device"), { code }))).toBe(
      "O disco está cheio: confira DATA_DIR e a pasta do banco de dados",
    );
});
