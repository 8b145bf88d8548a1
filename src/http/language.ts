import { z } from "@hono/zod-openapi";
import ptBR from "zod/v4/locales/pt-BR.js";

const { localeError } = ptBR();

/** Names of an answer that lists what a request brought: so many, and of each so many characters. */
const MOST_NAMES = 5;
const MOST_CHARACTERS = 40;

/** What zod says of a field that is not there: by its type, its list of values or its alternatives. */
const ABSENT: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

/**
 * What is wrong with a field is read by people: where a schema says nothing of its own, zod says it in Portuguese of Brazil.
 * What it would say as a programmer does (`>= 1 caracteres`, "um vetor") has a sentence of ours, that stands after the field's name.
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

/** What has a size: its parts, one and more. */
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
    case "invalid_format":
      return issue.format === "regex" ? "não tem o formato esperado" : null;
    default:
      return null;
  }
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

/** Half a surrogate pair is no character: a cut in the middle of one leaves none. */
const clipped = (name: string): string =>
  name.length <= MOST_CHARACTERS
    ? name
    : `${name.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
