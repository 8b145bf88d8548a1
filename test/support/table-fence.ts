import { MAY, partOf } from "./fence.ts";
import { tokensOf } from "./source.ts";

/** The folder that owns each table: only files in it (or below it) insert, update or delete rows. */
export const OWNERS: Readonly<Record<string, string>> = {
  notes: "ingest",
  note_items: "ingest",
  note_originals: "ingest",
  parties: "ingest",
  nfe_events: "ingest",
  late_costs: "ingest",
  note_references: "ingest",
  job_items: "ingest/batch",
  products: "stock",
  categories: "stock",
  supplier_items: "stock",
  movements: "stock",
  balances: "stock",
  returned_exits: "stock",
  lot_balances: "stock",
  lot_movements: "stock",
  ledger_spans: "stock",
  stock_counts: "stock",
  count_products: "stock",
  count_requests: "stock",
  count_lines: "stock",
  companies: "accounts",
  users: "accounts",
  memberships: "accounts",
  api_keys: "accounts",
  known_networks: "accounts",
  jobs: "journal",
  events: "journal",
  audit: "journal",
  audit_heads: "journal",
  cache_versions: "journal",
  sweep_places: "journal",
  idempotency_keys: "journal",
  mails: "mail",
  mail_settings: "mail",
  mail_addresses: "mail",
  alert_mails: "alerts",
  confirmations: "confirmations",
  webhooks: "webhooks",
  webhook_deliveries: "webhooks",
  sefaz_certificates: "sefaz/certificates",
  sefaz_cursors: "sefaz/fetch",
  sefaz_calls: "sefaz/fetch",
  sefaz_asks: "sefaz/fetch",
  sefaz_parked: "sefaz/fetch",
  sefaz_nsu_gaps: "sefaz/fetch",
  announced_notes: "sefaz/fetch",
  announced_events: "sefaz/fetch",
  sefaz_statements: "sefaz/statements",
  sefaz_statement_rules: "sefaz/statements",
  queue: "platform",
  originals: "platform",
  installation: "platform",
  refused_writes: "accounts",
  moves: "homes",
  changed_rows: "homes",
  id_ranges: "homes",
};

/** What a file may do all the same: `path verb table` (a path that ends in / is a folder), and why. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  // A part that does the work of a kind of jobs writes their state and progress; journal/jobs.ts opens, reads and lists them.
  "src/ingest/batch/ writes jobs": "a batch writes the state of its own jobs",
  "src/export/ writes jobs": "an export writes the state of its own jobs",
  // The bytes of documents that wait are rows of the platform's table, and go in the batch of their items.
  "src/ingest/batch/expire-batches.ts writes originals": "bytes go in the batch of their items",
  "src/ingest/batch/expire-batches.ts reads originals": "the bytes that no item names any more",
  "src/ingest/batch/job-items.ts writes originals": "a retained document is kept for longer",
  "src/ingest/batch/document-message.ts reads originals":
    "the bytes that wait count against a limit",
  // Upward reads, each of one column or count.
  "src/journal/jobs.ts reads job_items": "a job tells how many of its items are open",
  "src/journal/expire-events.ts reads companies": "one pass for each company",
  "src/reports/overview.ts reads companies": "each database says which companies live in it",
  "src/journal/record.ts reads companies": "one line for each company",
  "src/journal/chain-audit.ts reads companies": "one chain for each company",
  "src/journal/audit-log.ts reads users": "a line shows the name and e-mail of its user",
  "src/stock/reports/ledger.ts reads users": "a movement shows the name of its user",
  "src/stock/reports/kardex.ts reads users": "a movement shows the name of its user",
  // Gauges and checks count rows of every part, and change none.
  "src/observability/database-gauges.ts reads companies": "a gauge",
  "src/observability/database-gauges.ts reads events": "a gauge",
  "src/observability/database-gauges.ts reads movements": "a gauge",
  "src/observability/database-gauges.ts reads notes": "a gauge",
  "src/observability/database-gauges.ts reads queue": "a gauge",
  "src/observability/database-gauges.ts reads sweep_places": "a gauge",
  "src/observability/database-gauges.ts reads originals": "a gauge",
  "src/platform/bun/database/storage-gauges.ts reads companies": "a read that proves the database",
  "src/platform/bun/homes.ts reads companies": "every home of the directory is configured",
  "src/platform/homes-fit.ts reads companies": "what each database says of where companies live",
  "src/platform/homes-fit.ts reads moves": "a company that is being moved may stand in two",
  "src/platform/cloudflare/schema.ts reads companies": "every home of the directory is configured",
  "src/journal/versions.ts reads companies": "a request finds the home with the versions",
  // A move writes the rows of a company as they are in another database; of these tables by name.
  "src/homes/ writes companies": "where a company lives, and its settings in its new home",
  "src/homes/ writes api_keys": "keys of people, without what lets them in",
  "src/homes/ writes users": "names and e-mails as the first database has them",
  "src/homes/ writes audit": "lines that the first database wrote for a company of another home",
  "src/homes/ writes cache_versions": "versions of a new home are above those of the old one",
  "src/homes/ writes refused_writes": "a page of a run that has lost its move is refused",
  // A copy of a database that lives on becomes another installation; its sessions and cached answers end.
  "src/cli/database/new-installation.ts writes balances":
    "no cached answer of the old database is valid",
  "src/cli/database/new-installation.ts writes cache_versions":
    "no cached answer of the old database is valid",
  "src/cli/database/new-installation.ts writes installation": "the fork is another installation",
  "src/cli/database/new-installation.ts writes users": "the sessions of the old database end",
};

export interface TableUse {
  readonly table: string;
  readonly verb: "reads" | "writes";
  readonly line: number;
}

const NAMED = /\b(from|join|into|update|delete\s+from)\s+"?([a-z_]+)"?(?=[\s"),;`']|$)/gi;

/** The tables that the strings of a source name in SQL; comments do not count. */
export function tablesOf(source: string): TableUse[] {
  const found: TableUse[] = [];
  for (const { text, line } of tokensOf(source)) {
    if (!/^["'`}]/.test(text)) continue;
    const deletes = text.replaceAll(/\bdelete\s+from\b/gi, "update");
    for (const { 1: word = "", 2: name = "", index } of deletes.matchAll(NAMED)) {
      const table = name.toLowerCase();
      if (!(table in OWNERS)) continue;
      const verb = /^(?:from|join)$/i.test(word) ? "reads" : "writes";
      const above = deletes.slice(0, index).split("\n").length - 1;
      found.push({ table, verb, line: line + above });
    }
  }
  return found;
}

/** What a file of src does with tables of other folders, and may not: one sentence each. */
export function tableViolations(path: string, source: string): string[] {
  return tablesOf(source)
    .filter((use) => !mayUse(path, use) && exceptionOf(path, use) === undefined)
    .map(({ table, verb, line }) => `${path}:${line} ${verb} ${table} of ${OWNERS[table]}`);
}

/** The exception under which a file does something with a table. */
export const exceptionOf = (path: string, { table, verb }: TableUse): string | undefined =>
  Object.keys(EXCEPTIONS).find((exception) => {
    const [where = "", does, what] = exception.split(" ");
    const there = where.endsWith("/") ? path.startsWith(where) : path === where;
    return there && does === verb && what === table;
  });

/** The owner's folder may do both; who may import anything of the owner's may read. */
export function mayUse(path: string, { table, verb }: TableUse): boolean {
  const part = partOf(path);
  const owner = OWNERS[table] ?? "";
  const within = (folder: string) => folder === owner || folder.startsWith(`${owner}/`);
  if (within(part)) return true;
  if (verb === "writes") return false;
  // Entry points and their folders may import anything, and so read it.
  return !(part in MAY) || (MAY[part] ?? "").split(" ").some(within);
}
