import { type Config, parseConfig } from "../../config.ts";
import { type Fetch, type Service, serviceClient, signIn } from "./service-client.ts";

/** The server and the user, as the command line gives them. */
export interface ConnectOptions {
  readonly url?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
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
  local(config: Config, who: LocalUser, purpose: Purpose): Promise<Service>;
}

/** Whether a command may create this machine's database if there is none, and migrate it. */
export type Purpose = "read" | "create";

/**
 * With `--url`: that server, with SGE_TOKEN, or signed in with `--email`/SGE_EMAIL and
 * `--password`/SGE_PASSWORD. Without: this machine's own. Throws `RequestRefused` for a wrong
 * password, an Error (Portuguese) for anything missing.
 */
export async function connect(
  where: ConnectOptions,
  environment: Environment,
  purpose: Purpose,
): Promise<Service> {
  const { env } = environment;
  const email = where.email ?? given(env.SGE_EMAIL);
  const company = companyNumber(where.company ?? given(env.SGE_COMPANY));
  if (where.url === undefined)
    return environment.local(parseConfig(env), { email, company }, purpose);
  if (!URL.canParse(where.url)) throw new Error(`Não é um endereço: ${where.url}`);
  const base = where.url.replace(/\/+$/, "").replace(/\/api$/, "");
  const token = given(env.SGE_TOKEN);
  if (token !== undefined) return serviceClient({ base, token, fetch: environment.fetch });
  const password = where.password ?? given(env.SGE_PASSWORD);
  if (email === undefined || password === undefined)
    throw new Error("Informe --email e --password (ou SGE_EMAIL e SGE_PASSWORD), ou SGE_TOKEN");
  const anonymous = serviceClient({ base, token: null, fetch: environment.fetch });
  const fresh = await signIn(anonymous, { email, password, company });
  return serviceClient({ base, token: fresh, fetch: environment.fetch });
}

const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

function companyNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`Não é o número de uma empresa: ${text}`);
  return Number(text);
}
