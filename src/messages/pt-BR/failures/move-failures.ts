import type { Failure, FailureOf } from "../../../failures.ts";

type MoveCode = Extract<Failure["code"], `move.${string}`>;

/** The sentences of a move of a company to another database. */
export const MOVE_SENTENCES: {
  readonly [C in MoveCode]: string | ((failure: FailureOf<C>) => string);
} = {
  "move.no_company": ({ company }) => `Não há a empresa ${company}`,
  "move.no_database": ({ database, names }) => `Não há o banco ${database}; há ${names.join(", ")}`,
  "move.other_target": ({ company, target }) =>
    `A empresa ${company} está sendo levada para ${target}`,
  "move.running": ({ company, runner }) =>
    `Outro processo está levando a empresa ${company}${runner === null ? "" : ` (${runner})`}`,
  "move.taken_over": "Outro processo assumiu esta mudança",
  "move.nothing_to_undo": "Não há mudança que possa ser desfeita",
  "move.copy_differs": ({ tables }) => `A cópia difere do original em ${tables.join(", ")}`,
  "move.wrong_balance": ({ product_code }) =>
    `Saldo diferente dos movimentos: ${product_code}. Confira com sge verify`,
  "move.broken_audit": ({ seq }) => `A cadeia de auditoria não confere na linha ${seq}`,
};
