import { readFileSync } from "node:fs";
import { join } from "node:path";
import { firstRun } from "../../src/accounts/people/first-run.ts";
import { ROLES, type Role } from "../../src/accounts/roles.ts";
import { issueToken } from "../../src/accounts/token.ts";
import { createApp } from "../../src/app.ts";
import { trusted } from "../../src/lib/cast.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { type TestOverrides, type TestPorts, testPorts } from "./ports.ts";

/** An answer with its body read. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they prove
export type Answer = { status: number; headers: Headers; body: any; text: string };

export interface Send {
  as?: Role | "anonymous" | "otherCompany";
  json?: unknown;
  body?: string | FormData | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

/** The whole service in process, over a new database, with a user of each role and one of another company. */
export interface TestApp {
  readonly ports: TestPorts;
  readonly app: App;
  send(method: string, path: string, options?: Send): Promise<Answer>;
  raw(method: string, path: string, options?: Send): Promise<Response>;
  /** Uploads XML (or bytes) as the raw body. */
  upload(document: string | Uint8Array<ArrayBuffer>, query?: string, as?: Role): Promise<Answer>;
  /** Rows of a query on its database. */
  rows(sql: string, args?: (string | number | null)[]): Promise<Record<string, unknown>[]>;
  tokenOf(who: Role | "otherCompany"): string;
  close(): Promise<void>;
}

/** Reads the body of an answer. One that comes without a network is still compressed. */
export async function answerOf(response: Response): Promise<Answer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const zipped = response.headers.has("content-encoding") && bytes[0] === 0x1f;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    zipped ? Bun.gunzipSync(bytes) : bytes,
  );
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? JSON.parse(text) : null,
    text,
  };
}

type App = ReturnType<typeof createApp>;

/** One app for all tests of a process, because building one takes longer than most tests. Each request gives its ports, as on Workers. */
let shared: App | undefined;
const sharedApp = (): App => {
  shared ??= createApp((bindings) => trusted<{ ports: Ports }>(bindings).ports);
  return shared;
};

/** The service over a new database; over a copy of `from`, which `preparedDatabase` made, where it is given. */
export async function testApp(overrides: TestOverrides = {}, from?: Uint8Array): Promise<TestApp> {
  const ports = await populatedPorts(overrides, from);
  const began = ports.clock.now();
  let tokens = await sameTokens(ports, began);
  let issuedAt = began;
  // An app counts its open requests: a service with limits of its own, or whose `app` is used, has its own app.
  const bounded = Object.keys(overrides.config ?? {}).some((name) => name.startsWith("MAX_IN_"));
  let own = bounded ? createApp(() => ports) : undefined;
  const raw = async (method: string, path: string, options: Send = {}) => {
    const { as = "ADMIN" } = options;
    // A test may set the clock back to a time before these tokens were issued.
    const wanted = Math.min(ports.clock.now(), began);
    if (wanted !== issuedAt) {
      issuedAt = wanted;
      tokens = await sameTokens(ports, wanted);
    }
    const token = as === "anonymous" ? undefined : tokens.get(as);
    const init = {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(options.json === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
      ...(options.body === undefined ? {} : { body: options.body }),
    };
    return (own ?? sharedApp()).request(path, init, { ports });
  };
  const send = async (method: string, path: string, options?: Send): Promise<Answer> =>
    answerOf(await raw(method, path, options));
  return {
    ports,
    get app() {
      own ??= createApp(() => ports);
      return own;
    },
    raw,
    send,
    upload: (document, query = "", as = "OPERADOR") =>
      send("POST", `/api/nfe/upload${query}`, {
        as,
        body: document,
        headers: { "content-type": "application/xml" },
      }),
    async rows(sql, args = []) {
      const rows = await ports.reader.rows({ sql, args });
      return rows.map((row) => ({ ...row }));
    },
    tokenOf: (who) => tokens.get(who) ?? "",
    close: () => ports.close(),
  };
}

const PEOPLE = [
  ...ROLES.map((role, i) => ({ who: role, role, id: 11 + i, company: 1 })),
  { who: "otherCompany", role: "ADMIN" as const, id: 21, company: 2 },
];
const emailOf = (id: number) => `pessoa${id}@example.com`;

/** Users 11 to 14 of company 1, one of each role, and an administrator of company 2. */
async function makeUsers(ports: TestPorts): Promise<void> {
  const at = ports.clock.now();
  await ports.writer.commit({
    statements: [
      {
        sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          select 2, 'Outra', '[]', environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, 1, created_at, updated_at from companies where id = 1`,
        args: [],
      },
      ...PEOPLE.map(({ id, company, role }) => ({
        sql: `insert into users (id, company, name, email, password_hash, role, active, token_version, created_at, updated_at)
          values (?1, ?2, ?3, ?4, 'none', ?5, 1, 1, ?6, ?6)`,
        args: [id, company, `Pessoa ${id}`, emailOf(id), role, at],
      })),
    ],
    read: () => undefined,
  });
}

/** What the first run and the users are made of: a service with one of these of its own makes them itself. */
const OF_THE_FIRST_RUN = /^(?:ADMIN|COMPANY|PASSWORD)_/;
let populated: Promise<Uint8Array> | undefined;

/** Ports over a database in which the first run was, with the users. All of a process that begin in the same way copy one. */
async function populatedPorts(overrides: TestOverrides, from?: Uint8Array): Promise<TestPorts> {
  const config = { COMPANY_CNPJ: [COMPANY.cnpj], COMPANY_NAME: COMPANY.name, ...overrides.config };
  if (from !== undefined) return testPorts({ ...overrides, config }, from);
  const own = Object.keys(overrides.config ?? {}).some((name) => OF_THE_FIRST_RUN.test(name));
  if (own || overrides.now !== undefined || overrides.passwords !== undefined)
    return populate(await testPorts({ ...overrides, config }));
  populated ??= (async () => {
    const ports = await populate(await testPorts({ config }));
    return closedBytes(ports);
  })();
  return testPorts({ ...overrides, config }, await populated);
}

/** Closes the ports, and returns their database as bytes. */
async function closedBytes(ports: TestPorts): Promise<Uint8Array> {
  await ports.database.writing.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = readFileSync(join(ports.config.DATA_DIR, "sge.db"));
  await ports.close();
  return bytes;
}

/** A database after `prepare`, for `testApp`s that begin in the same way. What is kept in files is not in it. */
export async function preparedDatabase(
  prepare: (service: TestApp) => Promise<void>,
): Promise<Uint8Array> {
  const service = await testApp();
  await prepare(service);
  return closedBytes(service.ports);
}

async function populate(ports: TestPorts): Promise<TestPorts> {
  await firstRun(ports);
  await makeUsers(ports);
  return ports;
}

const issued = new Map<string, Promise<Map<string, string>>>();

/** `tokensAt`, for each secret and time once in a process. */
function sameTokens(ports: TestPorts, at: number): Promise<Map<string, string>> {
  const key = `${ports.config.JWT_SECRET} ${at}`;
  const known = issued.get(key) ?? tokensAt(ports, at);
  issued.set(key, known);
  return known;
}

/** A token for each user, by role or `otherCompany`, issued at `at` (milliseconds UTC). */
async function tokensAt(ports: TestPorts, at: number): Promise<Map<string, string>> {
  const secret = trusted<string>(ports.config.JWT_SECRET);
  const tokens = new Map<string, string>();
  for (const { who, id, company, role } of PEOPLE) {
    const user = { id, company, email: emailOf(id), role, tokenVersion: 1 };
    tokens.set(who, await issueToken(secret, user, at));
  }
  return tokens;
}

/** Runs `body` with a service, and closes it afterwards. `withServer` does the same on a socket. */
export async function withApp(
  body: (service: TestApp) => Promise<void>,
  overrides: TestOverrides = {},
): Promise<void> {
  const service = await testApp(overrides);
  try {
    await body(service);
  } finally {
    await service.close();
  }
}

/** Removes the second company: with one company, its administrator may also use routes of the installation. */
export async function oneCompanyOnly({ ports }: TestApp): Promise<void> {
  await ports.writer.commit({
    statements: [
      { sql: "delete from users where company <> 1", args: [] },
      { sql: "delete from companies where id <> 1", args: [] },
    ],
    read: () => undefined,
  });
}
