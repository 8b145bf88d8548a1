/** A wrong command line; it is printed with the command's help. */
export class UsageError extends Error {
  constructor(
    readonly command: string,
    message: string,
  ) {
    super(message);
    this.name = "UsageError";
  }
}

/** Arguments as citty parses them; `textOf` and `flagOf` check each value's type. */
export type ParsedArgs = { readonly _: readonly string[] } & Readonly<Record<string, unknown>>;

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
export const flagOf = (value: unknown): boolean | undefined =>
  typeof value === "boolean" ? value : undefined;
