/** What a company has decided. Part of every verdict: a change raises `version`. */
export interface Settings {
  readonly company: number;
  readonly name: string;
  /** Upper case, without mask. Empty: the company has not told; then every note counts as addressed to it. */
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
