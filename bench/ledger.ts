import { Database as Sqlite } from "bun:sqlite";

/** Figures of the database of a service, while it runs or after its end. */
export interface Kept {
  /** Access keys of the notes whose stock was posted. */
  readonly approved: ReadonlySet<string>;
  readonly movements: number;
  /** Products whose balance is not the sum of their movements, and balances without a movement. */
  readonly wrongBalances: number;
}

/** Reads a service's database by plain SQL, without the service's code. */
export function keptIn(path: string): Kept {
  const database = new Sqlite(path);
  const count = (sql: string): number => {
    const row = database.query<{ n: number }, []>(sql).get();
    return row?.n ?? Number.NaN;
  };
  const keys = database
    .query<{ access_key: string }, []>("select access_key from notes where status = 'PROCESSADA'")
    .all();
  const kept = {
    approved: new Set(keys.map((row) => row.access_key)),
    movements: count("select count(*) as n from movements"),
    wrongBalances: count(
      `with ledger as (select company, product, sum(quantity_e4) as sum_e4 from movements group by company, product)
       select count(*) as n from ledger l full join balances b on b.company = l.company and b.product = l.product
       where coalesce(b.quantity_e4, 0) <> coalesce(l.sum_e4, 0)`,
    ),
  };
  database.close();
  return kept;
}
