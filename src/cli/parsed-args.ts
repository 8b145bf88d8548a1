import type { HELP } from "./commands.ts";

/** A mistake on the command line: said with the command's help. */
export class UsageError extends Error {
  constructor(
    readonly command: keyof typeof HELP,
    message: string,
  ) {
    super(message);
    this.name = "Misused";
  }
}

/** What citty reads; every value is looked at before it is believed. */
export type ParsedArgs = { readonly _: readonly string[] } & Readonly<Record<string, unknown>>;

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
export const flagOf = (value: unknown): boolean | undefined =>
  typeof value === "boolean" ? value : undefined;
