import { z } from "@hono/zod-openapi";
import ptBR from "zod/v4/locales/pt-BR.js";

const { localeError } = ptBR();

/** Names of an answer that lists what a request brought: so many, and of each so many characters. */
const MOST_NAMES = 5;
const MOST_CHARACTERS = 40;

/**
 * What is wrong with a field is read by people: where a schema says nothing of its own, zod says it in Portuguese of Brazil.
 * Three things it would say as a programmer does, and one of them at any length.
 */
z.config({
  localeError(issue) {
    if (issue.code === "invalid_type" && issue.input === undefined) return "é obrigatório";
    if (issue.code === "invalid_type" && Number.isNaN(issue.input)) return "deve ser um número";
    if (issue.code === "unrecognized_keys") return unknownFields(issue.keys);
    return localeError(issue);
  },
});

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
