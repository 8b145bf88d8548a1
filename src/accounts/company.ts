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
  readonly version: number;
}
