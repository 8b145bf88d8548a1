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
  /** The cookie of a session came with a request that no page of this service has sent. */
  | { code: "session.foreign" }
  /** The request came by a token, which is no session of a browser. */
  | { code: "session.not_found" }
  /** The page was opened for another person than the one whose session it is now. */
  | { code: "session.other_person" }
  /** The page was opened for another company than the one that the session is of now. */
  | { code: "session.other_company"; company: number }
  | { code: "auth.weak_password"; why: string }
  /** No such company, or the person does not belong to it. */
  | { code: "company.not_found" }
  /** The request names another company, and either its route reads only the caller's, or it comes by a token or an API key. */
  | { code: "company.own_only" }
  /** The company is being moved to another database; its reads go on. */
  | { code: "company.moving"; retryAfterS: number }
  | { code: "user.not_found" }
  /** Already a user of the company, or (a change of e-mail) the address of another person of the installation. */
  | { code: "user.exists" }
  | { code: "user.too_many"; limit: number }
  /** The person belongs to as many companies as a person can. */
  | { code: "user.too_many_companies"; limit: number }
  /** The only active administrator of the company can be neither deactivated nor given another role. */
  | { code: "user.last_admin" }
  /** The person was invited and has not accepted: only the person does. */
  | { code: "user.not_accepted" }
  /** No link for a user whose membership has ended: it is made active first. */
  | { code: "user.inactive" }
  /** The person belongs to another company too: name, e-mail and password only the person changes. */
  | { code: "user.shared" }
  | { code: "invite.not_found" }
  /** Another user has changed the tax profile; `version` is that of the one that stands. */
  | { code: "company.tax_profile_changed"; version: number }
  /** The settings are not those that `If-Match` names. */
  | { code: "company.changed" }
  | { code: "key.not_found" }
  | { code: "key.too_many"; limit: number }
  | { code: "key.expiry_past" }
  /** The metrics cover all companies of the installation, so no single company may read them. */
  | { code: "metrics.many_companies" }
  | { code: "rate_limited"; retryAfterS: number };
