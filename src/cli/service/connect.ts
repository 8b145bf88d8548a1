import { type Config, parseConfig } from "../../config.ts";
import type { Console } from "../terminal/console.ts";
import { type Fetch, type Service, serviceClient, signIn } from "./service-client.ts";

/** The server and the user, as the command line gives them. Secrets never stand there: other users see the arguments of a process. */
export interface ConnectOptions {
  readonly url?: string | undefined;
  readonly email?: string | undefined;
  readonly company?: string | undefined;
}

/** As whom a command of this machine acts: an absent e-mail is the first ADMIN's, an absent company the person's last or first. */
export interface LocalUser {
  readonly email?: string | undefined;
  readonly company?: number | undefined;
}

/** What `connect` uses from outside of the program. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: Fetch;
  /** The service of this machine: a server that runs, or the database itself. */
  local(config: Config, who: LocalUser, purpose: Purpose, signal: AbortSignal): Promise<Service>;
}

/** No credential, or one that cannot be read (Portuguese). */
export class CredentialMissing extends Error {}

/**
 * Whether a command may create this machine's database if there is none, and migrate it. `server`: it stays, so that it asks a
 * server alone and does not hold the database itself.
 */
export type Purpose = "read" | "create" | "server";

type Asking = Environment & Pick<Console, "secret" | "asksPerson" | "interrupted">;

const MOST_SECRET_BYTES = 4_096;

/**
 * With `--url` or SGE_URL: that server, with an API key or token (SGE_TOKEN, SGE_TOKEN_FILE), or signed in with `--email`/SGE_EMAIL
 * and the password of SGE_PASSWORD, SGE_PASSWORD_FILE or the terminal. Without: this machine's own. Throws `RequestRefused` for a
 * wrong password, `CredentialMissing` where there is none, an Error (Portuguese) for a wrong address or company.
 */
export async function connect(
  where: ConnectOptions,
  environment: Asking,
  purpose: Purpose,
): Promise<Service> {
  const { env, fetch } = environment;
  const signal = environment.interrupted();
  const email = where.email ?? given(env.SGE_EMAIL);
  const company = companyNumber(where.company ?? given(env.SGE_COMPANY));
  const url = where.url ?? given(env.SGE_URL);
  if (url === undefined)
    return environment.local(parseConfig(env), { email, company }, purpose, signal);
  if (!URL.canParse(url)) throw new Error(`Não é um endereço: ${url}`);
  const base = url.replace(/\/+$/, "").replace(/\/api$/, "");
  const token = given(env.SGE_TOKEN) ?? (await secretFile(env.SGE_TOKEN_FILE));
  if (token !== undefined) return serviceClient({ base, token, fetch, signal });
  const password = await passwordFor(email, environment);
  if (email === undefined || password === undefined)
    throw new CredentialMissing(
      "Informe uma chave de API em SGE_TOKEN ou SGE_TOKEN_FILE, ou --email e a senha em SGE_PASSWORD ou SGE_PASSWORD_FILE",
    );
  const anonymous = serviceClient({ base, token: null, fetch, signal });
  const fresh = await signIn(anonymous, { email, password, company });
  return serviceClient({ base, token: fresh, fetch, signal });
}

const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

async function passwordFor(
  email: string | undefined,
  { env, asksPerson, secret }: Asking,
): Promise<string | undefined> {
  const known = given(env.SGE_PASSWORD) ?? (await secretFile(env.SGE_PASSWORD_FILE));
  if (known !== undefined || email === undefined || !asksPerson) return known;
  return secret(`Senha de ${email}: `);
}

/** The first line of a file that holds a secret; undefined where no file is named. */
async function secretFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  const file = Bun.file(path);
  if (!(await file.exists())) throw new CredentialMissing(`Não há o arquivo ${path}`);
  const text = await file.slice(0, MOST_SECRET_BYTES).text();
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "") throw new CredentialMissing(`O arquivo ${path} está vazio`);
  return line;
}

function companyNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`Não é o número de uma empresa: ${text}`);
  return Number(text);
}
