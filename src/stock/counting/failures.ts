/** Why a count, or a line of one, cannot be written. */
export type CountFailure =
  | { code: "count.not_found"; id: string }
  /** Another open count has products of the same scope. */
  | { code: "count.overlaps"; count_id: string; name: string }
  | { code: "count.too_many"; limit: number }
  /** No active product is of the scope. */
  | { code: "count.empty_scope" }
  /** It is being closed, is closed, or was cancelled. */
  | { code: "count.not_open"; id: string; state: string }
  | { code: "count.too_many_lines"; limit: number }
  /** The key came before, with other lines. */
  | { code: "count.key_reused" }
  | { code: "count.line_not_found"; line: number }
  /** The line has a product already, or was undone. */
  | { code: "count.line_settled"; line: number }
  /** The product is not of the count's scope. */
  | { code: "count.outside_scope"; product_code: string };
