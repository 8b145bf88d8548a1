import type { Permission } from "./roles.ts";

export type AccountsFailure =
  /** No token, or one that is not (or no longer) valid; `why` is not shown on the wire. */
  | { code: "auth.required" }
  | { code: "auth.invalid_token"; why: "malformed" | "expired" | "revoked" }
  /** The same answer for an unknown address, a wrong password and an inactive user. */
  | { code: "auth.invalid_credentials" }
  /** The current password of a change of password is wrong; the session is valid, so it is no 401. */
  | { code: "auth.wrong_password" }
  | { code: "auth.forbidden"; permission: Permission; role: string }
  | { code: "auth.weak_password"; why: string }
  /** Another user has changed the tax profile; `version` is that of the one that stands. */
  | { code: "company.tax_profile_changed"; version: number }
  | { code: "key.not_found" }
  | { code: "key.too_many"; limit: number }
  | { code: "key.expiry_past" }
  /** The metrics cover all companies of the installation, so no single company may read them. */
  | { code: "metrics.many_companies" }
  | { code: "rate_limited"; retryAfterS: number };
