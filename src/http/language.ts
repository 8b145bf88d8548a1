import { z } from "@hono/zod-openapi";
import ptBR from "zod/v4/locales/pt-BR.js";

const { localeError } = ptBR();

/** Most unknown fields that a sentence names, and most characters of each. */
const MOST_NAMES = 5;
const MOST_CHARACTERS = 40;

/** The issues of zod for a missing field: by its type, its list of values or its alternatives. */
const ABSENT: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

/**
 * Errors of fields are read by people: a schema without a text of its own gets zod's text in Portuguese of Brazil.
 * Texts of zod for programmers (`>= 1 caracteres`, "um vetor") are replaced; the text follows the name of the field.
 */
z.config({
  localeError(issue) {
    if (ABSENT.has(issue.code) && issue.input === undefined) return "é obrigatório";
    if (issue.code === "invalid_type" && Number.isNaN(issue.input)) return "deve ser um número";
    if (issue.code === "unrecognized_keys") return unknownFields(issue.keys);
    return ownWords(issue) ?? localeError(issue);
  },
});

const KINDS: Readonly<Record<string, string>> = {
  string: "um texto",
  number: "um número",
  int: "um número inteiro",
  boolean: "true ou false",
  array: "uma lista",
  object: "um objeto",
};

/** The parts of a value with a size, in singular and plural. */
const PARTS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["caractere", "caracteres"],
  array: ["item", "itens"],
};

function ownWords(issue: z.core.$ZodRawIssue): string | null {
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected];
      return kind === undefined ? null : `deve ser ${kind}`;
    }
    case "invalid_value":
      return issue.values.length === 1
        ? `deve ser ${String(issue.values[0])}`
        : `deve ser um destes valores: ${issue.values.map(String).join(", ")}`;
    case "too_small":
      if (issue.origin === "string" && Number(issue.minimum) === 1) return "não pode ficar vazio";
      return bounded(issue.origin, Number(issue.minimum), "ao menos", ["maior", issue.inclusive]);
    case "too_big":
      return bounded(issue.origin, Number(issue.maximum), "no máximo", ["menor", issue.inclusive]);
    case "invalid_union":
      return issue.discriminator === undefined ? oneOf(issue.errors ?? []) : chosenBy(issue);
    case "invalid_format":
      return issue.format === "regex" ? "não tem o formato esperado" : null;
    default:
      return null;
  }
}

/** Alternatives of which a field chooses one. */
function chosenBy({
  input,
  discriminator = "",
  ...issue
}: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>) {
  const given = typeof input === "object" && input !== null && discriminator in input;
  const options = Array.isArray(issue.options) ? issue.options : [];
  return given ? `deve ser um destes valores: ${options.map(String).join(", ")}` : "é obrigatório";
}

/** Alternatives that differ by their type alone. */
function oneOf(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string | null {
  const kinds = alternatives.map(([issue]) =>
    issue?.code === "invalid_type" && issue.path.length === 0 ? KINDS[issue.expected] : undefined,
  );
  return kinds.length === 0 || kinds.includes(undefined) ? null : `deve ser ${kinds.join(" ou ")}`;
}

function bounded(
  origin: string,
  bound: number,
  most: string,
  [than, inclusive]: readonly [string, boolean | undefined],
): string | null {
  const parts = PARTS[origin];
  if (parts !== undefined) return `deve ter ${most} ${bound} ${parts[bound === 1 ? 0 : 1]}`;
  if (origin !== "number" && origin !== "int") return null;
  return `deve ser ${than} ${inclusive === false ? "que" : "ou igual a"} ${bound}`;
}

function unknownFields(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => `"${clipped(name)}"`);
  const more = names.length - shown.length;
  const rest = more === 0 ? "" : ` e mais ${more}`;
  return `${names.length === 1 ? "Campo desconhecido" : "Campos desconhecidos"}: ${shown.join(", ")}${rest}`;
}

/** A cut in the middle of a surrogate pair removes its first half too. */
const clipped = (name: string): string =>
  name.length <= MOST_CHARACTERS
    ? name
    : `${name.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
