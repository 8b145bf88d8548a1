import type { FieldError, FieldReason, NfeFieldError } from "../../../nfe/failures.ts";

/**
 * The error of a field with its message, for people. One that has its message already is given as it is: the results of jobs
 * that were stored before reasons had codes.
 */
export function writtenFieldError(error: NfeFieldError | FieldError): FieldError {
  if ("message" in error) return error;
  const { path, code, reason, value: _, ...rest } = error;
  const text = REASONS[reason];
  return { path, code, message: typeof text === "string" ? text : text(error), ...rest };
}

/** A reason without a text does not compile. */
const REASONS: Readonly<Record<FieldReason, string | ((error: NfeFieldError) => string)>> = {
  absent: "falta este elemento obrigatório",
  empty: "está vazio",
  not_listed: "não é um dos valores previstos",
  format: "não tem o formato esperado",
  decimal: "não é um número decimal com ponto, sem sinal, dentro do tamanho do campo",
  cnpj: "não é um CNPJ",
  cpf: "não é um CPF",
  instant: "não é uma data e hora",
  day: "não é uma data",
  too_long: "excede o tamanho do campo",
  repeated: "este elemento só pode aparecer uma vez",
  one_note: "um nfeProc traz uma única NFe",
  layout: "versão de leiaute não suportada",
  sum: "a soma dos valores da nota excede o limite do sistema",
  several_answers: "há mais de uma resposta da SEFAZ ao mesmo evento",
  other_event: "a resposta da SEFAZ é de outro evento",
  two_authors: "o evento traz CNPJ e CPF do autor; informe só um deles",
  too_many: ({ expected }) => `excede o máximo de ${expected}`,
  exclusive: ({ value }) => `o leiaute admite só um: ${value} já foi informado`,
};
