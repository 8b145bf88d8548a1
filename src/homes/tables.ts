import type { Ports } from "../ports/ports.ts";

/**
 * The tables whose rows go with their company, parents before children, each with the rows of one page. What is of the people
 * (users, memberships, api_keys, known_networks) stays in the first database; messages of the queue are worked off where they
 * are; the row of `companies` is in both.
 */
export const MOVED = {
  categories: 200,
  products: 200,
  supplier_items: 200,
  movements: 500,
  balances: 500,
  notes: 100,
  note_items: 300,
  note_originals: 500,
  originals: 25,
  parties: 500,
  nfe_events: 200,
  late_costs: 500,
  note_references: 500,
  returned_exits: 500,
  lot_movements: 500,
  // After lot_movements, whose triggers write it too: what is copied last counts.
  lot_balances: 500,
  ledger_spans: 500,
  stock_counts: 200,
  count_products: 500,
  count_requests: 500,
  count_lines: 500,
  jobs: 200,
  job_items: 100,
  events: 500,
  audit: 500,
  audit_heads: 1,
  cache_versions: 100,
  sweep_places: 100,
  idempotency_keys: 25,
  mails: 500,
  mail_settings: 1,
  alert_mails: 1,
  mail_addresses: 1,
  confirmations: 100,
  webhooks: 20,
  webhook_deliveries: 200,
  sefaz_certificates: 20,
  sefaz_cursors: 100,
  sefaz_calls: 500,
  sefaz_asks: 500,
  sefaz_parked: 20,
  sefaz_nsu_gaps: 500,
  announced_notes: 500,
  announced_events: 500,
  sefaz_statements: 200,
  sefaz_statement_rules: 1,
} as const;

export type MovedTable = keyof typeof MOVED;
export const TABLES: readonly MovedTable[] = Object.keys(MOVED).filter(
  (name): name is MovedTable => name in MOVED,
);

/** Tables with columns of a company that stay where they are, and `companies` itself. */
export const STAYING = [
  "companies",
  "users",
  "memberships",
  "api_keys",
  "known_networks",
  "queue",
  "moves",
  "changed_rows",
  "refused_writes",
] as const;

/** Tables that the first database also writes for companies that live elsewhere: keys and versions of routes of the people. */
export const SHARED: readonly string[] = ["audit", "cache_versions", "idempotency_keys"];

/** Tables whose ids come from a range that one database has alone. */
export const WITH_IDS = ["movements", "notes", "events", "audit", "categories"] as const;

/** The order in which pages are read, where an index by the company has another than the primary key. */
const PAGED_BY: Partial<Record<MovedTable, readonly string[]>> = { movements: ["product", "id"] };

/** The columns of a table as the database has them. */
export interface Shape {
  readonly name: MovedTable;
  readonly columns: readonly string[];
  /** The primary key without the company. */
  readonly key: readonly string[];
  /** The columns by which pages are read. */
  readonly order: readonly string[];
}

/** Reads the shapes of all moved tables. */
export async function shapesOf({ reader }: Pick<Ports, "reader">): Promise<Shape[]> {
  const rows = await reader.rows({
    sql: `select t.value as name, c.name as col, c.pk as pk
      from json_each(?1) t join pragma_table_xinfo(t.value) c where c.hidden = 0 order by t.key, c.cid`,
    args: [JSON.stringify(TABLES)],
  });
  return TABLES.map((name) => {
    const own = rows.filter((row) => row.name === name);
    const key = own
      .filter(({ pk, col }) => Number(pk) > 0 && col !== "company")
      .toSorted((a, b) => Number(a.pk) - Number(b.pk))
      .map(({ col }) => String(col));
    const order = PAGED_BY[name] ?? key;
    return { name, columns: own.map(({ col }) => String(col)), key, order };
  });
}

/** A column as SQL: some have the names of keywords. */
export const quoted = (column: string): string => `"${column}"`;
