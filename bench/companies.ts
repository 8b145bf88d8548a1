import { Database } from "bun:sqlite";
import { issueToken } from "../src/accounts/token.ts";
import { COMPANY } from "../src/synthetic/trade.ts";
import { ratios, spread, table, targetTable } from "./figures.ts";
import { type Figures, load } from "./load.ts";
import { form, get, type Sending } from "./requests.ts";
import { freshNotes, type Service, startService } from "./server.ts";

/**
 * T19: an upload, a list and the dashboard on an installation with 1,000 companies, whose requests take turns, against one with
 * one company and as many notes; interleaved. Before a read is measured each company has asked for it, as it stands after the
 * uploads: then its answer is kept. `uncached` is a list that no request has asked for before: each is computed.
 * bun bench/companies.ts [companies = 1000] [notes before = 20000] [seconds of a run = 2] [rounds = 5]
 */
const [companies = 1_000, before = 20_000, seconds = 2, rounds = 5] = process.argv
  .slice(2)
  .map(Number);
const CONNECTIONS = 16;
const SECRET = "a secret of the bench, 32 characters or more";

/** The requests of an installation, each for the next of its companies. */
interface Installation {
  readonly service: Service;
  readonly upload: () => Sending;
  readonly list: () => Sending;
  readonly uncached: () => Sending;
  readonly dashboard: () => Sending;
}

async function installation(count: number): Promise<Installation> {
  const service = await startService({ JWT_SECRET: SECRET });
  const database = new Database(service.database);
  database.run("PRAGMA busy_timeout = 5000");
  database.run(
    `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds, require_signature,
        require_mapping, allow_negative, settings_version, created_at, updated_at)
      with recursive n (id) as (select 2 union all select id + 1 from n where id < ?1)
      select n.id, 'Empresa ' || n.id, ?2, 'production', 'America/Sao_Paulo', 0, '[]', 0, 0, 1, 1, 0, 0 from n where n.id <= ?1`,
    [count, JSON.stringify([COMPANY.cnpj])],
  );
  database.run(
    `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
      select id, 1, 'ADMIN', 1, 0, 0, 0 from companies where id > 1`,
  );
  const [user] = database
    .query<{ email: string; token_version: number }, []>("select email, token_version from users")
    .all();
  database.close();
  if (user === undefined) throw new Error("the service has no user");
  const tokens = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      issueToken(
        SECRET,
        {
          id: 1,
          company: n + 1,
          email: user.email,
          role: "ADMIN",
          tokenVersion: user.token_version,
        },
        Date.now(),
      ),
    ),
  );
  let turn = 0;
  let asked = 0;
  const token = () => {
    turn += 1;
    return tokens[turn % count] ?? "";
  };
  const { url } = service;
  const note = freshNotes();
  return {
    service,
    upload: () =>
      form({ url, path: "/api/nfe/upload?approve=true", token: token() }, "file", [note(10)]),
    list: () => get({ url, path: "/api/nfes?limit=20", token: token() }),
    uncached: () => {
      asked += 1;
      const path = `/api/nfes?limit=20&updated_after=${new Date(asked).toISOString()}`;
      return get({ url, path, token: token() });
    },
    dashboard: () => get({ url, path: "/api/dashboard/stats", token: token() }),
  };
}

const REQUESTS = {
  upload: "an upload",
  list: "the list",
  uncached: "a list not in the cache",
  dashboard: "the dashboard",
} as const;
type Work = keyof typeof REQUESTS;
const ALL = ["upload", "list", "uncached", "dashboard"] as const satisfies readonly Work[];
const run = (
  one: Installation,
  work: Work,
  limits: { readonly seconds: number; readonly requests?: number; readonly warmSeconds?: number },
): Promise<Figures> =>
  load({
    url: one.service.url,
    pid: one.service.pid,
    connections: CONNECTIONS,
    warmSeconds: 0.5,
    ...limits,
    next: one[work],
  });

const few = await installation(1);
const many = await installation(companies);
await using _few = few.service;
await using _many = many.service;
for (const one of [few, many]) await run(one, "upload", { seconds: 600, requests: before });

const figures = new Map<string, { few: Figures[]; many: Figures[] }>();
for (const work of ALL) figures.set(work, { few: [], many: [] });
for (let round = 0; round < rounds; round += 1)
  for (const work of ALL)
    for (const who of round % 2 === 0 ? (["few", "many"] as const) : (["many", "few"] as const)) {
      const one = who === "few" ? few : many;
      if (work === "list" || work === "dashboard")
        await run(one, work, { seconds: 60, requests: companies, warmSeconds: 0 });
      figures.get(work)?.[who].push(await run(one, work, { seconds }));
    }

const rows: string[][] = [];
const costs: number[] = [];
let errors = 0;
for (const [work, { few: one, many: all }] of figures) {
  const cpu = ratios(
    all.map(({ cpuMs }) => cpuMs),
    one.map(({ cpuMs }) => cpuMs),
  );
  costs.push(...cpu);
  errors += [...one, ...all].reduce((sum, figure) => sum + figure.errors, 0);
  rows.push([
    work,
    spread(one.map(({ cpuMs }) => cpuMs)),
    spread(all.map(({ cpuMs }) => cpuMs)),
    spread(cpu),
    spread(one.map(({ latency }) => latency.p50)),
    spread(all.map(({ latency }) => latency.p50)),
  ]);
}
const heads = [
  "",
  "CPU ms, 1",
  `CPU ms, ${companies}`,
  "ratio",
  "p50 ms, 1",
  `p50 ms, ${companies}`,
];
console.log(table(heads, rows));
console.log(`\n${CONNECTIONS} connections, ${errors} errors.\n`);
console.log(
  targetTable(
    ALL.map((work, n) => ({
      id: "T19",
      what: `CPU of ${REQUESTS[work]}, ${companies} companies / 1`,
      values: costs.slice(n * rounds, (n + 1) * rounds),
      bound: "≤" as const,
      must: 1.2,
      stretch: 1.05,
    })),
  ),
);
