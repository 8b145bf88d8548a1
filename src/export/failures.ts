import type { JobState } from "../journal/jobs.ts";

/**
 * Why a product fits into no line of the SPED: a code or a unit that is too long, or has `|` or a character that is not of
 * ISO-8859-1; a quantity that is 0 in three places; a quantity or a value below 0; a value without a quantity.
 */
export type UnfitReason =
  | "code"
  | "unit"
  | "quantity_too_small"
  | "negative_quantity"
  | "negative_value"
  | "value_without_quantity";

export type ExportFailure =
  | { code: "export.interrupted"; rows: number }
  | { code: "export.not_found"; id: string }
  /** The export has no file, not yet or not any more. */
  | { code: "export.not_ready"; id: string; state: JobState }
  /** The day of an inventory has not begun. */
  | { code: "inventory.date_in_future"; date: string; today: string }
  /** Nothing that is known of is dated before the end of that day. */
  | { code: "inventory.before_first_movement"; date: string }
  /** Products that no line of the SPED can hold; the first of them. */
  | {
      code: "inventory.unfit_products";
      count: number;
      products: readonly { product_code: string; why: UnfitReason }[];
    }
  /** Beyond the end of the file. */
  | { code: "export.range"; bytes: number };
