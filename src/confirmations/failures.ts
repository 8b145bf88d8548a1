/** How a confirmation may fail. */
export type ConfirmationFailure =
  | { code: "confirmation.not_found" }
  /** It was confirmed or refused, its time is over, or the key may no longer ask for it. */
  | { code: "confirmation.ended"; state: "confirmed" | "refused" | "expired" }
  /** What would be written is no longer what was confirmed; `plan` is what would be written now. */
  | { code: "confirmation.plan_changed"; plan_hash: string; plan: unknown }
  /** So many of the key, or of the company, wait already. */
  | { code: "confirmation.too_many"; limit: number; retryAfterS: number };
