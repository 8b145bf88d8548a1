import type { Ports } from "../ports.ts";

/** How often a company's users, and its settings, have changed; what is remembered is good for one such pair. */
export interface Versions {
  readonly accounts: number;
  readonly settings: number;
}

/**
 * Both versions in one primary-key read, made anew for every request: so what another process or isolate has revoked
 * is known here at once. A tag that was never touched is 0.
 */
export async function versionsOf(ports: Pick<Ports, "reader">, company: number): Promise<Versions> {
  const rows = await ports.reader.rows({
    sql: "select tag, version from cache_versions where company = ?1 and tag in ('accounts', 'settings')",
    args: [company],
  });
  const of = (tag: string) => Number(rows.find((row) => row.tag === tag)?.version ?? 0);
  return { accounts: of("accounts"), settings: of("settings") };
}
