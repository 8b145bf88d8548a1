export type StockFailure =
  | { code: "product.not_found"; product_code: string }
  /** `needed_by`: of a reversal, the later exits that need what it would take away. */
  | {
      code: "stock.insufficient";
      product_code: string;
      requested: string;
      balance: string;
      needed_by?: readonly { id: number; reference: string | null; quantity: string }[];
    }
  /** An exit that names a lot takes no other. */
  | {
      code: "stock.lot_insufficient";
      product_code: string;
      lot: string;
      requested: string;
      balance: string;
    }
  | { code: "stock.out_of_range"; product_code: string };

/** A line of a batch of movements that cannot be written; `line` from 0, `field` what is wrong in it. */
export interface BadLine {
  readonly line: number;
  readonly field: "product_code" | "quantity" | "unit_cost" | "happened_at";
  readonly failure: StockFailure | MovementFailure;
}

/** A batch is written whole or not at all. */
export type MovementBatchFailure = { code: "movement.bad_lines"; lines: readonly BadLine[] };

/** Why a line of an imported file cannot be saved; `column`: its heading, null: the line as a whole, or its text. */
export interface ImportError {
  readonly line: number;
  readonly column: string | null;
  readonly code:
    | "unknown_column"
    | "missing_column"
    | "repeated_column"
    | "quote_in_text"
    | "text_after_quote"
    | "quote_not_closed"
    | "cells"
    | "required"
    | "too_long"
    | "not_storable"
    | "supplier"
    | "factor"
    | "repeated"
    | "product_not_found";
  /** What the sentence names: the cell, the count of cells, the line that is repeated, the product. */
  readonly value?: string;
}

/** The period has more movements than one report looks through. */
export type MovementReportFailure = { code: "report.too_many_movements"; limit: number };

/** Why supplier items cannot be as a user wants them. */
export type SupplierItemFailure =
  | { code: "supplier_item.not_found"; supplier_cnpj: string; item_code: string; unit: string }
  /** Nothing of the file is saved: `count` errors, of which the first are named. */
  | { code: "import.invalid_lines"; count: number; errors: readonly ImportError[] }
  | { code: "import.too_many_lines"; limit: number }
  /** Mappings of one code that a change of the company's units would make one, with two products or factors. */
  | {
      code: "units.conflict";
      items: readonly { supplier_cnpj: string; code: string; unit: string }[];
    };

/** Why one movement cannot be taken back, or not be dated as a person wants it. */
export type MovementFailure =
  | { code: "movement.not_found"; id: number }
  /** It is a note's: the note is to be reversed, not a part of it. */
  | { code: "movement.of_note"; id: number; access_key: string }
  /** It takes another back already. */
  | { code: "movement.is_reversal"; id: number; undoes: number }
  /** A person's date that is to come. */
  | { code: "movement.in_future"; happened_at: string; latest: string }
  /** A person's date before the company's first movement. */
  | { code: "movement.before_first"; happened_at: string; earliest: string }
  /** It is the difference of a count: a new count corrects it. */
  | { code: "movement.of_count"; id: number; count_id: string }
  /** The product was counted after the movement was written, or after the date that it is to have. */
  | { code: "count.closed_over"; product_code: string };

/** The company has never had a lot of this text (of the product, by the supplier). */
export type LotFailure = { code: "lot.not_found"; lot: string };
