import { z } from "zod";
import { firstRun } from "../accounts/first-run.ts";
import { ROLES } from "../accounts/roles.ts";
import { issueToken, type TokenUser } from "../accounts/token.ts";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import { compareDocuments } from "../nfe/compare.ts";
import { readDocument } from "../nfe/read.ts";
import { openDatabase } from "../platform/bun/database.ts";
import { bunPorts } from "../platform/bun/ports.ts";
import { jwtSecret } from "../platform/bun/secrets.ts";
import { clientReader } from "../platform/reader.ts";
import type { Log, Reader } from "../ports.ts";
import { runningServer } from "./running.ts";
import { type Service, serviceOver } from "./service.ts";

/**
 * The service without anybody in between: a server that already holds the database, or the program
 * itself over the database that the environment names. Whoever may read the database and its secret
 * needs no password: requests go as `email`, or the first ADMIN. Throws an Error (Portuguese) when
 * there is no such user.
 */
export async function localService(config: Config, email: string | undefined): Promise<Service> {
  const server = await runningServer(config);
  return server === null ? inProcess(config, email) : overServer(server, config, email);
}

async function overServer(
  url: string,
  config: Config,
  email: string | undefined,
): Promise<Service> {
  const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
  try {
    const token = await tokenFor(clientReader(database.reading), await jwtSecret(config), email);
    return serviceOver({ base: url, token, fetch });
  } finally {
    await database.close();
  }
}

async function inProcess(config: Config, email: string | undefined): Promise<Service> {
  // One user at a terminal needs no fairness among users.
  const quiet: Config = { ...config, RATE_LIMIT_PER_SECOND: 0, RATE_LIMIT_BURST: 0 };
  const ports = await bunPorts(quiet, { readDocument, compareDocuments });
  try {
    const first = await firstRun(ports);
    if (first?.generatedPassword != null)
      process.stderr.write(
        `Primeiro acesso: ${first.adminEmail}, senha ${first.generatedPassword}\n`,
      );
    const token = await tokenFor(ports.reader, ports.config.JWT_SECRET ?? "", email);
    // The standard output belongs to the command's own words and its CSV, not to the log.
    const log: Log = (level, event, fields) =>
      void (
        level === "error" &&
        process.stderr.write(`${JSON.stringify({ level, event, ...fields })}\n`)
      );
    const app = createApp(() => ({ ...ports, log }));
    return serviceOver({
      base: "http://sge.localhost",
      where: config.DATABASE_URL,
      token,
      fetch: (request) => app.fetch(request),
      close: () => ports.close(),
    });
  } catch (error) {
    await ports.close();
    throw error;
  }
}

const UserRow = z.object({
  id: z.int(),
  company: z.int(),
  email: z.string(),
  role: z.enum(ROLES),
  token_version: z.int(),
});

async function tokenFor(
  reader: Reader,
  secret: string,
  email: string | undefined,
): Promise<string> {
  const columns = "id, company, email, role, token_version";
  const [row] = await reader.rows(
    email === undefined
      ? {
          sql: `select ${columns} from users where role = 'ADMIN' and active = 1 order by id limit 1`,
          args: [],
        }
      : {
          sql: `select ${columns} from users where email = ?1 and active = 1 limit 1`,
          args: [email.toLowerCase()],
        },
  );
  if (row === undefined)
    throw new Error(
      email === undefined
        ? "Não há administrador ativo neste banco"
        : `Não há usuário ativo ${email}`,
    );
  const user = UserRow.parse(row);
  const bearer: TokenUser = { ...user, tokenVersion: user.token_version };
  return issueToken(secret, bearer, Date.now());
}
