import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";

/**
 * What a cached read may be made of. A write raises, in its batch, the tags of what it changes, and no other; a read names
 * the tags of everything that it shows. `accounts`: who may, and as what. `settings`: the company's decisions. `users`: their
 * names. `nfes`: notes, their items and events. `stock`: movements and balances. `products`: their own data and last costs.
 * `supplier_items`: what each is to us. `dashboard`: the figures made of `stock` and `products`.
 */
export type Tag =
  | "accounts"
  | "settings"
  | "users"
  | "nfes"
  | "stock"
  | "products"
  | "supplier_items"
  | "dashboard";

/** Everything about one product. Its version stands beside its balance, and rises with every movement (migration 0003). */
export type ProductTag = `product:${string}`;

const PRODUCT = "product:";
const isProduct = (tag: Tag | ProductTag): tag is ProductTag => tag.startsWith(PRODUCT);

/**
 * How often each tag of a company was touched, all of one moment, in one small read by primary keys; 0 is never.
 * Whoever remembers what is read afterwards under these versions never takes it for newer than it is.
 */
export async function tagVersions<T extends Tag | ProductTag>(
  ports: Pick<Ports, "reader">,
  company: number,
  tags: readonly T[],
  signal?: AbortSignal,
): Promise<Record<T, number>> {
  const products = tags.filter(isProduct).map((tag) => tag.slice(PRODUCT.length));
  const names = tags.filter((tag) => !isProduct(tag)).map((tag) => `'${tag}'`);
  const parts = [
    ...(names.length === 0
      ? []
      : [
          `select tag, version from cache_versions where company = ?1 and tag in (${names.join(", ")})`,
        ]),
    ...products.map(
      (_, i) =>
        `select '${PRODUCT}' || product, version from balances where company = ?1 and product = ?${i + 2}`,
    ),
  ];
  const rows = await ports.reader.rows(
    { sql: parts.join(" union all "), args: [company, ...products] },
    signal,
  );
  const known = new Map(rows.map((row) => [row.tag, Number(row.version)]));
  const versions: Partial<Record<T, number>> = {};
  for (const tag of tags) versions[tag] = known.get(tag) ?? 0;
  return trusted<Record<T, number>>(versions);
}
