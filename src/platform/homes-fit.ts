import { FIRST_HOME } from "../ports/homes.ts";
import type { Ports } from "../ports/ports.ts";

/** What one database says of where companies live. */
export interface Places {
  /** Companies that live in it. */
  readonly here: readonly number[];
  /** Companies that live in another one, with its name. */
  readonly elsewhere: ReadonlyMap<number, string>;
  /** Companies that are being moved: of the first database alone. */
  readonly moving: ReadonlySet<number>;
}

/** Reads the places of one database; of one that is older than homes, that all its companies live in it. */
export async function placesIn({ reader }: Pick<Ports, "reader">): Promise<Places> {
  const rows = (sql: string) => reader.rows({ sql, args: [] });
  const [known] = await rows("select 1 from pragma_table_info('companies') where name = 'home'");
  if (known === undefined) {
    const all = await rows("select id from companies");
    return { here: all.map(({ id }) => Number(id)), elsewhere: new Map(), moving: new Set() };
  }
  const companies = await rows("select id, home from companies order by id");
  const moves = await rows("select company from moves");
  return {
    here: companies.flatMap(({ id, home }) => (home === null ? [Number(id)] : [])),
    elsewhere: new Map(
      companies.flatMap(({ id, home }) => (home === null ? [] : [[Number(id), String(home)]])),
    ),
    moving: new Set(moves.map(({ company }) => Number(company))),
  };
}

/** Sentences at most: an installation that does not fit does so for many companies. */
const MOST = 20;

/**
 * Where the databases of an installation do not fit together (Portuguese, MOST at most): a company of the directory whose database is
 * none of them or does not have it, or one that also lives in another. `all` has the first one under FIRST_HOME. Companies that are
 * being moved are left out.
 */
export function misfits(all: ReadonlyMap<string, Places>): string[] {
  const first = all.get(FIRST_HOME);
  if (first === undefined) return [`Falta o banco ${FIRST_HOME}`];
  const living = new Map([...all].map(([name, { here }]) => [name, new Set(here)]));
  const says: string[] = [];
  for (const [company, home] of first.elsewhere)
    if (!living.has(home))
      says.push(`DATABASE_URLS não tem o banco ${home}, onde está a empresa ${company}`);
    else if (!first.moving.has(company) && !living.get(home)?.has(company))
      says.push(`A empresa ${company} não está no banco ${home}, onde o diretório a tem`);
  const isHere = new Set(first.here);
  for (const [name, { here }] of all) {
    if (name === FIRST_HOME) continue;
    for (const company of here) {
      const home = isHere.has(company) ? FIRST_HOME : first.elsewhere.get(company);
      if (home !== name && !first.moving.has(company))
        says.push(
          `A empresa ${company} está no banco ${name}, e o diretório ${home === undefined ? "não a tem" : `a tem em ${home}`}`,
        );
    }
  }
  return says.slice(0, MOST);
}

/** As `misfits`, of open databases in use: read a second time before it is said, for a move may have ended between two reads. */
export async function misfitsOf(
  all: ReadonlyMap<string, Pick<Ports, "reader">>,
): Promise<string[]> {
  const read = async () => {
    const places = [...all].map(async ([name, ports]) => [name, await placesIn(ports)] as const);
    return misfits(new Map(await Promise.all(places)));
  };
  return (await read()).length === 0 ? [] : read();
}
