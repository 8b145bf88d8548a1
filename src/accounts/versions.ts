import { tagVersions } from "../journal/versions.ts";
import type { Ports } from "../ports/ports.ts";

/** How often a company's users, and its settings, have changed; what is remembered is good for one such pair. */
export interface Versions {
  readonly accounts: number;
  readonly settings: number;
}

const TAGS = ["accounts", "settings"] as const;

/**
 * Both versions, read anew for every request: so what another process or isolate has revoked is known here at once.
 */
export const versionsOf = (ports: Pick<Ports, "reader">, company: number): Promise<Versions> =>
  tagVersions(ports, company, TAGS);
