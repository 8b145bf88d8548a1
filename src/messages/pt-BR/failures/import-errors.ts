import type { FailureOf } from "../../../failures.ts";

type ImportError = FailureOf<"import.invalid_lines">["errors"][number];
/** As it is on the wire. */
type WrittenImportError = Omit<ImportError, "value"> & { readonly message: string };

/** The error of a line of an imported file with its sentence, for people. */
export const writtenImportError = (error: ImportError): WrittenImportError => {
  const { line, column, code, value } = error;
  const say = SAY[code];
  const message = typeof say === "string" ? say : say(value ?? "");
  return { line, column, code, message: column === null ? message : `${column}: ${message}` };
};

const QUOTES = "as aspas precisam envolver a célula inteira, e as de dentro vêm dobradas";

/** A code without a sentence does not compile. */
const SAY: Readonly<Record<ImportError["code"], string | ((value: string) => string)>> = {
  unknown_column: "esta coluna não existe na planilha do de-para",
  missing_column: "falta esta coluna",
  repeated_column: "esta coluna aparece mais de uma vez",
  quote_in_text: (cell) => `célula ${cell}: ${QUOTES}`,
  text_after_quote: (cell) => `célula ${cell}: ${QUOTES}`,
  quote_not_closed: (cell) => `célula ${cell}: as aspas não foram fechadas`,
  cells: (count) => `a linha tem ${count} células, e não tantas quanto o cabeçalho`,
  required: "está vazio",
  too_long: "é longo demais",
  not_storable: "tem caracteres que não podem ser gravados",
  supplier: "deve ser um CNPJ ou CPF",
  factor: "deve ser um número maior que zero, de até 4 casas decimais, ou uma fração como 1/12",
  repeated: (line) => `o mesmo código e unidade do fornecedor já estão na linha ${line}`,
  product_not_found: (code) => `o produto ${code} não existe ou está inativo`,
};
