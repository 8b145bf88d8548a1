import type { Cost } from "./query-plans.ts";

/** Few rows, whatever becomes of the shop. */
export const SMALL = [
  "companies",
  "users",
  "memberships",
  "cache_versions",
  "api_keys",
  "mail_settings",
  "mail_addresses",
  "webhooks",
  "sefaz_cursors",
  "sefaz_certificates",
  "sweep_places",
  "__drizzle_migrations",
];

/** What may seem dear and is not, or must be: the text, and why. */
export const ALLOWED: Readonly<Record<Cost["kind"], readonly (readonly [RegExp, string])[]>> = {
  scan: [],
  company: [
    [/ limit 10000\)/, "counted so far and no further, by an index (observability/standing.ts)"],
    [
      /^select 1 as found from movements indexed by movements_by_product/,
      "only for a day before the ledger began: ends at the first movement that is dated before it",
    ],
    [/count\(\*\)/, "a list tells how many rows match in all"],
    [
      /coalesce\(s\.spelling, s\.unit\)/,
      "a change of the company's units reads each supplier item once",
    ],
    [/^select id, name from categories where company = \?1$/, "of which there is a limit"],
    [/from stock_counts c indexed by stock_counts_open/, "a new scope beside those that are open"],
    [
      /as kind, \?3 as value where exists \(select 1 from products p/,
      "the first product of a new scope",
    ],
    [/instr\(/, "a search for a part of a text, in the index that has it"],
    [/^select max\((id|created_at)\) as \w+ from \w+ where company = \?1$/, "the end of an index"],
    [
      /order by [\s\S]*\blimit\b/,
      "a page in the order of its index, left at its end: it is not sorted",
    ],
  ],
  sort: [
    [/\bstill_there\b/, "the movements of one reversal"],
    [/from later where later\.product/, "the ten later exits of one product"],
    [/'\$\.moved'/, "the movements of one posting, for its event"],
    [/"notes"\."(?:id|supplier_id)" in \(/, "what a search finds, each part by its own index"],
    [/as page join (?:movements|audit)/, "the hundred rows of one page"],
    [/"notes"\."issued_ms" [<>]/, "notes of some days, by the index of their days"],
    [/json_each\(\?2\) k\s+cross join nfe_events/, "the events of fifty notes"],
    [/json_each\(\?3\) m/, "the entries of one note"],
    [/"api_keys"/, "few rows"],
    [/from sefaz_certificates\b|"sefaz_certificates"/, "the twenty certificates of one company"],
    [/from sefaz_cursors f /, "the CNPJs of one company"],
    [/with part as materialized/, "the thousand balances of one slice"],
    [/^delete from known_networks/, "the twenty networks of one user"],
    [/with note as materialized/, "items of at most 2,000 waiting notes, by their value"],
    [/count_lines_by_product/, "the lines of one count, of which there is a limit"],
  ],
};
