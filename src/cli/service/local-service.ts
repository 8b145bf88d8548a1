import { existsSync } from "node:fs";
import { z } from "zod";
import { firstRun } from "../../accounts/people/first-run.ts";
import { ROLES } from "../../accounts/roles.ts";
import { issueToken, type TokenUser } from "../../accounts/token.ts";
import { createApp } from "../../app.ts";
import type { Config } from "../../config.ts";
import { hex } from "../../lib/hash.ts";
import { compareDocuments } from "../../nfe/read/compare.ts";
import { readDocument } from "../../nfe/read/read.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import { jwtSecret } from "../../platform/bun/files/secrets.ts";
import { bunPorts } from "../../platform/bun/ports.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import type { Reader } from "../../ports/sql.ts";
import type { Log } from "../../ports/telemetry.ts";
import { readPackedAnswer } from "../../sefaz/wire/distribution.ts";
import type { LocalUser, Purpose } from "./connect.ts";
import { runningServer } from "./running-server.ts";
import { type Service, ServiceUnreachable, serviceClient } from "./service-client.ts";

/**
 * The service of this machine: the server that runs on the database, or the app in this process over the database that the
 * environment names. A caller that can read the database and its secret needs no password: requests are sent as `who`. Only for "create" a missing database and company are made, and an older database is migrated. Throws an Error
 * (Portuguese) when there is no such user, or no database.
 */
export async function localService(
  config: Config,
  who: LocalUser,
  purpose: Purpose,
  signal?: AbortSignal,
): Promise<Service> {
  const server = await runningServer(config);
  if (server !== null || purpose !== "create") requireDatabase(config);
  if (server !== null) return overServer(server, config, who, signal);
  if (purpose === "server")
    throw new ServiceUnreachable(
      "O serviço não está no ar nesta máquina: inicie-o antes, ou informe --url",
    );
  return inProcess(config, who, purpose, signal);
}

/** To open a file that does not exist would create it. */
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
  who: LocalUser,
  signal: AbortSignal | undefined,
): Promise<Service> {
  const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
  try {
    const token = await tokenFor(clientReader(database.reading), await jwtSecret(config), who);
    return serviceClient({ base: url, token, fetch, signal });
  } finally {
    await database.close();
  }
}

/** A command that only reads signs with a temporary secret: this process checks its own tokens, and writes no file. */
const temporarySecret = (): string => hex(crypto.getRandomValues(new Uint8Array(32)));

async function inProcess(
  config: Config,
  who: LocalUser,
  purpose: Purpose,
  signal: AbortSignal | undefined,
): Promise<Service> {
  const reads = purpose === "read";
  const JWT_SECRET = config.JWT_SECRET ?? (reads ? temporarySecret() : undefined);
  // One user at a terminal needs no rate limit.
  const unlimited: Config = {
    ...config,
    JWT_SECRET,
    RATE_LIMIT_PER_SECOND: 0,
    RATE_LIMIT_BURST: 0,
  };
  const schema = reads ? "must be current" : "migrate";
  const ports = await bunPorts(
    unlimited,
    { readDocument, compareDocuments, readPackedAnswer },
    schema,
  );
  try {
    // No user logs in to this process: the service's start makes another password, and prints it.
    const first = reads ? null : await firstRun(ports);
    if (first !== null)
      process.stderr.write(
        `Não havia empresa em ${config.DATABASE_URL}: foi criada agora${first.generatedPassword === null ? "" : "; a senha do primeiro acesso será mostrada quando o serviço iniciar"}
`,
      );
    const token = await tokenFor(ports.reader, ports.config.JWT_SECRET ?? "", who);
    // The standard output is for the command's own text and its CSV, not for the log.
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
      signal,
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

async function tokenFor(reader: Reader, secret: string, who: LocalUser): Promise<string> {
  const select = `select u.id, m.company, u.email, m.role, u.token_version + m.token_version as token_version
    from memberships m join users u on u.id = m.user_id where m.active = 1`;
  const { email, company } = who;
  const [row] = await reader.rows(
    email === undefined
      ? {
          sql: `${select} and m.role = 'ADMIN' and m.company = coalesce(?1, m.company) order by m.company, u.id limit 1`,
          args: [company ?? null],
        }
      : {
          sql: `${select} and u.email = ?2 and m.company = coalesce(?1, m.company)
            order by m.last_used_at desc, m.company limit 1`,
          args: [company ?? null, email.toLowerCase()],
        },
  );
  if (row === undefined)
    throw new Error(
      `${email === undefined ? "Não há administrador ativo" : `Não há usuário ativo ${email}`} ${company === undefined ? "neste banco" : `na empresa ${company}`}`,
    );
  const user = UserRow.parse(row);
  const bearer: TokenUser = { ...user, tokenVersion: user.token_version };
  return issueToken(secret, bearer, Date.now());
}
