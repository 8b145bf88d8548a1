import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { execute } from "./recording-proxy.mjs";
import { bunSettings, onBun } from "./two-worlds.mjs";
import { ADMIN, libsqlServer } from "./world.mjs";

const run = promisify(execFile);
const bun = (args, env) => run("bun", args, { env: { ...process.env, ...env } });

/** Moves a company with the command of the operator, as they would. */
export const moveCompany = (company, to, env) =>
  bun(["src/cli/door.ts", "company", "move", String(company), "--to", to], env);

/**
 * Two libSQL servers, migrated by the program: `first` with the first company and ADMIN, and `norte`. `settings` are those of a
 * service over both.
 */
export async function twoServers() {
  const servers = await Promise.allSettled([
    libsqlServer(undefined, false),
    libsqlServer(undefined, false),
  ]);
  const close = () => Promise.all(servers.map(({ value }) => value?.close()));
  try {
    for (const { reason } of servers) if (reason !== undefined) throw reason;
    const [first, norte] = servers.map(({ value }) => value);
    const settings = { DATABASE_URL: first.url, DATABASE_URLS: `norte=${norte.url}` };
    await bun(["src/tools/migrate.ts"], {
      ...settings,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      PASSWORD_COST: "4",
    });
    return { first, norte, settings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As `twoServers`, with company 1 moved to `norte`; for `inWorkerdOver`. `notesIn`: its notes in each. */
export async function inNorte() {
  const servers = await twoServers();
  try {
    await moveCompany(1, "norte", servers.settings);
  } catch (error) {
    await servers.close();
    throw error;
  }
  const notes = async ({ url }) => {
    const { rows } = await execute(url, COUNT);
    return Number(rows[0][0].value);
  };
  return {
    url: servers.first.url,
    more: servers.settings,
    notesIn: async () => [await notes(servers.first), await notes(servers.norte)],
    close: servers.close,
  };
}

const COUNT = "select count(*) from notes where company = 1";

/** The service on Bun over two files, with company 1 moved to the second one while it serves. `notesIn`: its notes in each. */
export async function inNorteOnBun(folder, given = {}) {
  const more = { DATABASE_URLS: `norte=file:${join(folder, "norte.db")}`, ...given };
  const service = await onBun(folder, more);
  try {
    await moveCompany(1, "norte", { ...bunSettings(folder), ...more });
    const notes = async (file) => {
      const code = `const { Database } = await import("bun:sqlite");
        process.stdout.write(String(new Database(process.argv[1]).query("${COUNT}").values()[0][0]));`;
      return Number((await bun(["-e", code, join(folder, file)], {})).stdout);
    };
    return { ...service, notesIn: async () => [await notes("sge.db"), await notes("norte.db")] };
  } catch (error) {
    await service.close();
    throw error;
  }
}

/**
 * The service on Bun over one file, whose company has the line of the move in its audit and ids from the same number on: what
 * else its answers have is not the home's.
 */
export async function inOneFile(folder) {
  const made = await onBun(folder);
  await made.close();
  const { DATABASE_URL } = bunSettings(folder);
  await bun(
    [
      "-e",
      `const { Database } = await import("bun:sqlite");
      const { WITH_IDS } = await import("./src/homes/tables.ts");
      const db = new Database(process.argv[1]);
      for (const name of WITH_IDS) {
        db.run("insert into sqlite_sequence (name, seq) select ?1, 0 where not exists (select 1 from sqlite_sequence where name = ?1)", [name]);
        db.run("update sqlite_sequence set seq = ?2 where name = ?1", [name, 2 ** 36]);
      }
      const { audit } = await import("./src/journal/record.ts");
      const { systemCause } = await import("./src/journal/cause.ts");
      const detail = { from: "first", to: "norte" };
      const line = { action: "company.move", entity: "company", id: "1", detail };
      const { sql, args } = audit(systemCause(1, "sge company move"), Date.now(), line);
      db.query(sql).run(...args);`,
      DATABASE_URL.slice("file:".length),
    ],
    {},
  );
  return onBun(folder);
}
