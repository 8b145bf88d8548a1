import type { StatementType } from "./evento.ts";

export type StatementFailure =
  /** The company is not the recipient of the note by its CNPJ, or it is an NFC-e. */
  | { code: "sefaz.not_recipient"; access_key: string }
  /** The reason (xJust) that the statement has or has not. */
  | {
      code: "sefaz.statement_reason";
      type: StatementType;
      flaw: "missing" | "not_allowed" | "length" | "characters";
    }
  /** Ciência after a conclusive statement. */
  | { code: "sefaz.after_conclusive"; access_key: string }
  /** The note has this statement already, made elsewhere. */
  | { code: "sefaz.already_stated"; access_key: string; type: StatementType }
  /** Each conclusive statement is made at most twice. */
  | { code: "sefaz.statements_used_up"; access_key: string; type: StatementType }
  /** The calls that an agent gives are not those of its claim, or the evento is not that statement with the company's signature. */
  | { code: "sefaz.other_statement"; id: string };
