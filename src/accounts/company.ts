import type { TaxProfile } from "./tax-profile.ts";

/** The settings of a company. They are part of every verdict: a change raises `version`. */
export interface Settings {
  readonly company: number;
  readonly name: string;
  /** Upper case, without mask. Empty: none configured; then every note counts as addressed to the company. */
  readonly cnpjs: readonly string[];
  readonly environment: "production" | "homologation";
  readonly timeZone: string;
  readonly autoApprove: boolean;
  readonly overridableHolds: readonly string[];
  readonly requireSignature: boolean;
  readonly requireMapping: boolean;
  readonly allowNegative: boolean;
  /** The feed tells of an entry whose cost is more than so many percent above the average before it; 0: of none. */
  readonly costRisePercent: number;
  /** The feed tells of a note that is held for more than so many days; 0: of none. */
  readonly heldDays: number;
  /** Spellings of units that the company sets apart from the built-in table (stock/supplier-items/unit.ts): spelling → unit. */
  readonly units: Readonly<Record<string, string>>;
  readonly taxProfile: TaxProfile;
  /** Rises with every change of the tax profile; 0: none was given. */
  readonly taxProfileVersion: number;
  readonly version: number;
}
