/** Why a product cannot be written as a user wants it. */
export type CatalogFailure =
  /** `active`: false where it was deactivated, and can be activated again. */
  | { code: "product.exists"; product_code: string; active: boolean }
  /** The If-Match of the request names another version. */
  | { code: "product.changed"; product_code: string; version: number }
  /** Not 8, 12, 13 or 14 digits, or a wrong check digit. */
  | { code: "product.barcode"; barcode: string }
  | { code: "product.barcode_taken"; barcode: string; taken_by: string }
  | { code: "product.category"; category_id: number }
  /** A product that has stock is not deactivated: its goods would be in no list. */
  | { code: "product.in_stock"; product_code: string; balance: string };

/** Why a category cannot be written as a user wants it. */
export type CategoryFailure =
  | { code: "category.not_found"; id: number }
  | { code: "category.name_taken"; name: string }
  | { code: "category.too_many"; limit: number }
  /** Products (inactive ones too) or categories hang on it. */
  | { code: "category.in_use"; id: number; products: number; categories: number }
  /** The parent is not there, is below the category itself, or the tree would be deeper than `limit` levels. */
  | { code: "category.parent"; parent_id: number; limit: number };
