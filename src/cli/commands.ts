import type { ArgsDef } from "citty";
import { DATABASE_COMMANDS } from "./table/database.ts";
import { DOCUMENT_COMMANDS } from "./table/documents.ts";
import { REQUEST_COMMANDS } from "./table/requests.ts";
import type { CommandHelp } from "./table/shared.ts";
import { EXIT_CODES } from "./terminal/exit-codes.ts";

/** Every command, in the order of the help. Help, completion, docs/cli.md and the check of options read this table. */
export const COMMANDS = {
  ...DOCUMENT_COMMANDS,
  ...REQUEST_COMMANDS,
  ...DATABASE_COMMANDS,
} as const;

export type CommandName = keyof typeof COMMANDS;

/** The same, for a name that may be none. */
export const COMMAND_TABLE: ReadonlyMap<string, CommandHelp> = new Map(Object.entries(COMMANDS));

/** The help of the program (Portuguese). */
function programHelp(): string {
  const names = [...COMMAND_TABLE];
  const width = Math.max(...names.map(([name]) => name.length));
  const lines = names.map(([name, { short }]) => `  ${name.padEnd(width)}  ${short}`);
  return [
    "Uso: sge COMANDO [opções]",
    "",
    "S.G.E.: recebe notas fiscais e mantém o estoque exato.",
    "",
    ...lines,
    "",
    "Códigos de saída:",
    ...Object.values(EXIT_CODES).map(
      ([code, meaning]) => `  ${String(code).padEnd(width)}  ${meaning}`,
    ),
    "",
    "`sge COMANDO --help` mostra as opções de cada um.",
  ].join("\n");
}

/** The help of a command (Portuguese); of an unknown one that of the program. */
export function help(name: string): string {
  const found = COMMAND_TABLE.get(name);
  if (found === undefined) return programHelp();
  const { usage, says, args } = found;
  const rows = Object.entries(args).map(([flag, arg]): [string, string] => {
    const hint = "valueHint" in arg && arg.valueHint !== undefined ? ` ${arg.valueHint}` : "";
    return [`--${flag}${hint}`, arg.description ?? ""];
  });
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  const options = rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`);
  return [`Uso: ${usage}`, "", says, ...(options.length === 0 ? [] : ["", ...options])].join("\n");
}

/** Options that the command does not know, such as a misspelt one: the caller reports them instead of ignoring them. */
export function unknownFlags(rawArgs: readonly string[], args: ArgsDef): string[] {
  const known = new Set(
    Object.entries(args).flatMap(([name, arg]) => {
      const short = "alias" in arg && typeof arg.alias === "string" ? [`-${arg.alias}`] : [];
      return arg.type === "boolean"
        ? [`--${name}`, `--no-${name}`, ...short]
        : [`--${name}`, ...short];
    }),
  );
  const end = rawArgs.indexOf("--");
  return rawArgs
    .slice(0, end < 0 ? undefined : end)
    .filter((arg) => arg.startsWith("-") && arg !== "-")
    .map((arg) => arg.split("=", 1)[0] ?? arg)
    .filter((flag) => !known.has(flag));
}
