import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";
import type { Value } from "../ports/sql.ts";

/**
 * The cache tags. A write raises, in its batch, the version of each tag whose data it changes, and of no other; a cached read
 * names the tags of everything that it shows. `accounts`: users, keys and roles. `settings`: the company's settings. `users`:
 * their names. `nfes`: notes, their items and events. `stock`: movements and balances. `products`: their own data and last
 * costs. `categories`: their names and tree. `supplier_items`: which product a supplier's item is.
 * `alerts`: mailboxes that fail, webhooks that are disabled, certificates that end and calls to the tax office that fail. `sefaz`: what
 * the tax office has announced, and statements about it.
 */
const TAGS = [
  "accounts",
  "settings",
  "users",
  "nfes",
  "stock",
  "products",
  "categories",
  "supplier_items",
  "alerts",
  "sefaz",
] as const;
export type Tag = (typeof TAGS)[number];

/** How often each tag of a company was raised, all read at one moment; 0: never. */
export type TagVersions = Readonly<Record<Tag, number>>;

/** Selects all versions of a company as one JSON object, for a statement that reads them beside other data. */
export const versionsSql = (company: string): string =>
  `(select json_group_object(tag, version) from cache_versions v where v.company = ${company})`;

/** The versions that `versionsSql` has selected. */
export function versionsFrom(json: Value | undefined): TagVersions {
  const stored = trusted<Partial<Record<Tag, number>>>(JSON.parse(String(json ?? "{}")));
  return trusted<TagVersions>(Object.fromEntries(TAGS.map((tag) => [tag, stored[tag] ?? 0])));
}

/**
 * The versions of a company with the name of the home that the directory gives (null: the first database), in one small read.
 */
export async function versionsAndHome(
  ports: Pick<Ports, "reader">,
  company: number,
): Promise<{ versions: TagVersions; home: string | null }> {
  const [row] = await ports.reader.rows({
    sql: `select ${versionsSql("?1")} as versions, (select home from companies where id = ?1) as home`,
    args: [company],
  });
  return {
    versions: versionsFrom(row?.versions),
    home: row?.home == null ? null : String(row.home),
  };
}

/**
 * All versions of a company, in one small read by the primary key. What is read after them and kept under them is at least as
 * new as they are, never older.
 */
export async function tagVersions(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<TagVersions> {
  const [row] = await ports.reader.rows(
    { sql: `select ${versionsSql("?1")} as versions`, args: [company] },
    signal,
  );
  return versionsFrom(row?.versions);
}
