import { issueToken } from "../../../src/accounts/token.ts";
import { createApp } from "../../../src/app.ts";
import { trusted } from "../../../src/lib/cast.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type Answer, answerOf, type TestApp } from "../app.ts";
import type { TestOverrides } from "../ports.ts";
import { countingPasswords } from "../ports-with-admin.ts";

/** One app for all services of a test: each request gives its ports. */
export const app = createApp((bindings) => trusted<{ ports: Ports }>(bindings).ports);

/** One POST as a client sends it, each time alike. */
export interface Sent {
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  /** In place of the administrator's token; null: none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * How the answers to one POST may differ. `kept`: not at all. `lost`: one that was not kept is `idempotency.answer_lost`, with
 * what was made. `open`: no key is kept, and what is asked twice is done twice, or answered with one of `refusals`.
 */
export interface Kind {
  /** Its path in the contract. */
  readonly route: string;
  readonly answers: "kept" | "lost" | "open";
  readonly refusals?: readonly string[];
  /** Most of one company, where a company has a limit. */
  readonly most?: number;
  make(world: World, n: number): Promise<Sent>;
}

/** A company of a service, and what its administrator does before the POSTs are sent. */
export interface World {
  readonly service: TestApp;
  readonly company: number;
  readonly token: string;
  /** Its JSON; throws where it is refused. */
  ask(method: string, path: string, json?: object): Promise<Answer["body"]>;
  upload(xml: string, query?: string): Promise<Answer["body"]>;
  /** A product of its own, with 10 in stock. */
  product(code: string): Promise<string>;
  /** A person of its own with this e-mail and PASSWORD, administrator of both companies; gives a token. */
  person(email: string): Promise<string>;
  row(sql: string, args?: (string | number)[]): Promise<Record<string, unknown>>;
}

export const PASSWORD = "uma senha bem comprida";
/** The administrator of the first company, who is made that of the second too: one person, two companies, the same keys. */
const BOTH = { id: 14, email: "pessoa14@example.com" };

export const json = (path: string, body: object = {}): Sent => ({
  path,
  body: JSON.stringify(body),
  type: "application/json",
});

/** Mail servers and receivers that take everything, and no limit of calls. */
export const TAKES_ALL: TestOverrides = {
  config: { MAIL_DOMAIN: "notas.example" },
  passwords: countingPasswords(),
  limits: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },
  mailer: { send: async () => null },
  mailboxes: {
    visit: (_access, _how, work) =>
      work({ unseen: async () => [], raw: async () => null, markSeen: async () => undefined }),
  },
  outgoing: { post: async () => ({ status: 200, retryAfterS: null }) },
};

/** Gives the second company the CNPJ of the first, and both the same administrator. */
export async function twoCompanies(service: TestApp): Promise<[World, World]> {
  await service.ports.writer.commit({
    statements: [
      {
        sql: "update companies set cnpjs = (select cnpjs from companies where id = 1) where id = 2",
        args: [],
      },
      member(2, BOTH.id),
    ],
    read: () => undefined,
  });
  return [await worldOf(service, 1), await worldOf(service, 2)];
}

const member = (company: number, user: number) => ({
  sql: `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
    values (?1, ?2, 'ADMIN', 1, 0, 0, 0)`,
  args: [company, user],
});

async function worldOf(service: TestApp, company: number): Promise<World> {
  const { ports } = service;
  const tokenOf = ({ id, email }: typeof BOTH) =>
    issueToken(
      trusted<string>(ports.config.JWT_SECRET),
      { id, company, email, role: "ADMIN", tokenVersion: 1 },
      ports.clock.now(),
    );
  const token = await tokenOf(BOTH);
  const accepted = async (method: string, path: string, given: RequestInit) => {
    const headers = { authorization: `Bearer ${token}`, ...trusted<object>(given.headers ?? {}) };
    const answer = await answerOf(
      await app.request(path, { ...given, method, headers }, { ports }),
    );
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const world: World = {
    service,
    company,
    token,
    ask: (method, path, sent) =>
      accepted(method, path, {
        headers: sent === undefined ? {} : { "content-type": "application/json" },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      }),
    upload: (xml, query = "?approve=true") =>
      accepted("POST", `/api/nfe/upload${query}`, {
        headers: { "content-type": "text/xml" },
        body: xml,
      }),
    async product(code) {
      await ports.writer.commit({
        statements: [
          {
            sql: `insert into products (company, code, name, unit, created_at, updated_at)
              values (?1, ?2, ?2, 'UN', 0, 0)`,
            args: [company, code],
          },
        ],
        read: () => undefined,
      });
      const entry = { product_code: code, type: "ENTRADA", quantity: 10, unit_cost: 2 };
      await world.ask("POST", "/api/movements", entry);
      return code;
    },
    async person(email) {
      const at = ports.clock.now();
      const hash = await ports.passwords.hash(PASSWORD);
      const id = await ports.writer.commit({
        statements: [
          {
            sql: `insert into users (company, name, email, password_hash, role, active, token_version, created_at, updated_at)
              values (?1, ?2, ?2, ?3, 'ADMIN', 1, 1, ?4, ?4) returning id`,
            args: [company, email, hash, at],
          },
        ],
        read: ([rows]) => Number(rows?.[0]?.id),
      });
      await ports.writer.commit({
        statements: [member(3 - company, id)],
        read: () => undefined,
      });
      return tokenOf({ id, email });
    },
    async row(sql, args = []) {
      const [row] = await service.rows(sql, args);
      if (row === undefined) throw new Error(`no row: ${sql}`);
      return row;
    },
  };
  return world;
}
