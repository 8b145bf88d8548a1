/** Why a company is not moved to another database. Shown on the command line; no request ends in one. Nothing was changed by the call. */
export type MoveFailure =
  | { code: "move.no_company"; company: number }
  /** `names`: the databases that there are. */
  | { code: "move.no_database"; database: string; names: readonly string[] }
  /** The company is being moved to another database than the one that was asked for. */
  | { code: "move.other_target"; company: number; target: string }
  /** Another run moves the company; `runner` is its name, null where it has come in between. */
  | { code: "move.running"; company: number; runner: string | null }
  /** Another run has taken over this move. */
  | { code: "move.taken_over"; company: number }
  /** There is no move, or it has switched already. */
  | { code: "move.nothing_to_undo"; company: number }
  /** The copy differs from the original in these tables. */
  | { code: "move.copy_differs"; company: number; tables: readonly string[] }
  /** In the copy the balance of a product is not the sum of its movements. */
  | { code: "move.wrong_balance"; company: number; product_code: string }
  /** In the copy the chain of the audit log breaks at this line. */
  | { code: "move.broken_audit"; company: number; seq: number };
