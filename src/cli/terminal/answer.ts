import type { Console } from "./console.ts";
import { flagOf, type ParsedArgs } from "./parsed-args.ts";
import type { Screen } from "./screen.ts";

/** What a command answers: one document for programs, and lines for people. */
export interface Answer {
  readonly document: unknown;
  lines(out: Screen): void;
}

/** Whether the command line asks for JSON. */
export const asksJson = (given: ParsedArgs): boolean => flagOf(given.json) === true;

/** Prints an answer: with --json its document in one line, else the lines. */
export function printAnswer(out: Screen, given: ParsedArgs, { document, lines }: Answer): void {
  if (asksJson(given)) out.line(JSON.stringify(document));
  else lines(out);
}

/** Prints a secret that is shown once: it stands alone on the standard output, so that a program takes it as it is. */
export function printSecret(
  { out, err }: Pick<Console, "out" | "err">,
  given: ParsedArgs,
  { document, says, secret }: Pick<Answer, "document"> & Record<"says" | "secret", string>,
): void {
  if (!asksJson(given)) err.line(says);
  printAnswer(out, given, { document, lines: (screen) => screen.line(secret) });
}
