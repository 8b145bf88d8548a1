import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Health } from "../../ports/health.ts";
import { FIRST_HOME, type Homes } from "../../ports/homes.ts";
import type { Ports } from "../../ports/ports.ts";
import { oneSecondTimeout } from "../../resilience/policies.ts";
import { misfitsOf } from "../homes-fit.ts";
import { type BunHome, openHome } from "./home.ts";

/** The opened databases of an installation; `others` by their names. */
interface OpenedHomes {
  readonly first: BunHome;
  readonly others: ReadonlyMap<string, BunHome>;
  readonly all: readonly BunHome[];
}

/** The folder in DATA_DIR with the mark of each further database. */
export const markFolder = (dataDir: string, name: string): string => join(dataDir, "homes", name);

/** Opens every database of the configuration, or none. Throws as `openHome` does, and where a company lives in an unknown one. */
export async function openHomes(
  config: Config,
  needs: Omit<Parameters<typeof openHome>[1], "folder">,
): Promise<OpenedHomes> {
  const all: BunHome[] = [];
  const others = new Map<string, BunHome>();
  try {
    const first = await openHome(config.DATABASE_URL, { ...needs, folder: config.DATA_DIR });
    all.push(first);
    for (const { name, url } of config.DATABASE_URLS) {
      const home = await openHome(url, { ...needs, folder: markFolder(config.DATA_DIR, name) });
      all.push(home);
      others.set(name, home);
    }
    await mustFit(first, others);
    return { first, others, all };
  } catch (error) {
    await Promise.all(all.map((home) => home.close()));
    throw error;
  }
}

/**
 * Without a company's home its requests would be answered from an empty place; where files of different days stand together, from two
 * places. With one database it is one query.
 */
async function mustFit(first: BunHome, others: ReadonlyMap<string, BunHome>): Promise<void> {
  const homes = await first.reader.rows({
    sql: "select distinct home from companies where home is not null",
    args: [],
  });
  const unknown = homes.map(({ home }) => String(home)).filter((home) => !others.has(home));
  if (unknown.length > 0)
    throw new Error(
      `DATABASE_URLS não tem ${unknown.join(", ")}: há empresas que estão nesse banco de dados`,
    );
  if (others.size === 0) return;
  const wrong = await misfitsOf(new Map([[FIRST_HOME, first], ...others]));
  if (wrong.length > 0)
    throw new Error(`Os bancos de dados não são de uma só instalação. ${wrong.join(". ")}`);
}

/** The ports with all homes: those of a further home differ in what belongs to its database. */
export function withOthers<P extends Ports>(ports: P, others: ReadonlyMap<string, BunHome>): P {
  const named = new Map<string, Ports>();
  const homes: Homes = {
    get first() {
      return first;
    },
    names: [FIRST_HOME, ...others.keys()],
    named: (name) => named.get(name),
  };
  const first: P = { ...ports, homes };
  named.set(FIRST_HOME, first);
  for (const [name, { read, reader, writer, originals, queue, commitSignal }] of others)
    named.set(name, { ...first, read, reader, writer, originals, queue, commitSignal });
  return first;
}

/** The health of the first database with one part for each further one. */
export function withHomes(health: Health, others: ReadonlyMap<string, BunHome>): Health {
  const asked = async (name: string, { reader }: BunHome, signal?: AbortSignal) => {
    const start = performance.now();
    const found = await oneSecondTimeout
      .execute(() => reader.rows({ sql: "select 1", args: [] }, signal))
      .catch(() => null);
    const ms = Math.round(performance.now() - start);
    return { name: `database ${name}`, ok: found !== null, detail: { ms } };
  };
  return {
    check: async (signal) => [
      ...(await health.check(signal)),
      ...(await Promise.all([...others].map(([name, home]) => asked(name, home, signal)))),
    ],
  };
}
