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
