import { existsSync } from "node:fs";
import { z } from "zod";
import { firstRun } from "../accounts/first-run.ts";
import { ROLES } from "../accounts/roles.ts";
import { issueToken, type TokenUser } from "../accounts/token.ts";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import { hex } from "../lib/hash.ts";
import { compareDocuments } from "../nfe/read/compare.ts";
import { readDocument } from "../nfe/read/read.ts";
import { filePath, openDatabase } from "../platform/bun/database/database.ts";
import { jwtSecret } from "../platform/bun/files/secrets.ts";
import { bunPorts } from "../platform/bun/ports.ts";
import { clientReader } from "../platform/libsql/reader.ts";
import type { Reader } from "../ports/sql.ts";
import type { Log } from "../ports/telemetry.ts";
import type { Purpose } from "./connect.ts";
import { runningServer } from "./running-server.ts";
import { type Service, serviceClient } from "./service-client.ts";

/**
 * The service without anybody in between: a server that already holds the database, or the program
 * itself over the database that the environment names. Whoever may read the database and its secret
 * needs no password: requests go as `email`, or the first ADMIN. Only for "create" a database and its company are made
 * where there are none, and one of an earlier version is migrated. Throws an Error (Portuguese) when there is no such user,
 * or nothing to read.
 */
export async function localService(
  config: Config,
  email: string | undefined,
  purpose: Purpose,
): Promise<Service> {
  const server = await runningServer(config);
  if (server !== null || purpose === "read") requireDatabase(config);
  return server === null ? inProcess(config, email, purpose) : overServer(server, config, email);
}

/** Opening a file that is not there would make it. */
function requireDatabase({ DATABASE_URL }: Config): void {
  const path = filePath(DATABASE_URL);
  if (path !== null && !existsSync(path))
    throw new Error(
      `Não há banco de dados em ${path}: confira em que pasta está e DATABASE_URL, ou inicie o serviço antes`,
    );
}

async function overServer(
  url: string,
  config: Config,
  email: string | undefined,
): Promise<Service> {
  const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
  try {
    const token = await tokenFor(clientReader(database.reading), await jwtSecret(config), email);
    return serviceClient({ base: url, token, fetch });
  } finally {
    await database.close();
  }
}

/** Whoever only reads signs with a secret of the moment: it checks its own tokens, and makes no file. */
const temporarySecret = (): string => hex(crypto.getRandomValues(new Uint8Array(32)));

async function inProcess(
  config: Config,
  email: string | undefined,
  purpose: Purpose,
): Promise<Service> {
  const reads = purpose === "read";
  const JWT_SECRET = config.JWT_SECRET ?? (reads ? temporarySecret() : undefined);
  // One user at a terminal needs no fairness among users.
  const quiet: Config = { ...config, JWT_SECRET, RATE_LIMIT_PER_SECOND: 0, RATE_LIMIT_BURST: 0 };
  const schema = reads ? "must be current" : "migrate";
  const ports = await bunPorts(quiet, { readDocument, compareDocuments }, schema);
  try {
    // Nobody logs in here: the service's start makes another password, and shows it.
    const first = reads ? null : await firstRun(ports);
    if (first !== null)
      process.stderr.write(
        `Não havia empresa em ${config.DATABASE_URL}: foi criada agora${first.generatedPassword === null ? "" : "; a senha do primeiro acesso será mostrada quando o serviço iniciar"}
`,
      );
    const token = await tokenFor(ports.reader, ports.config.JWT_SECRET ?? "", email);
    // The standard output belongs to the command's own words and its CSV, not to the log.
    const log: Log = (level, event, fields) =>
      void (
        level === "error" &&
        process.stderr.write(`${JSON.stringify({ level, event, ...fields })}\n`)
      );
    const app = createApp(() => ({ ...ports, log }));
    return serviceClient({
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
