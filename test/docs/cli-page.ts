import { COMMAND_TABLE } from "../../src/cli/commands.ts";

/** Options of every command that asks the service. */
const SERVICE_OPTIONS = ["url", "email", "company"];

/** The row of each command in the table of docs/cli.md: its name, its words, its own options. */
export const COMMAND_ROWS: readonly string[] = [...COMMAND_TABLE].map(([name, { words, args }]) => {
  const options = Object.keys(args).filter((one) => one !== "json" && one !== "help");
  const code = (list: readonly string[]) =>
    list.length === 0 ? "–" : list.map((one) => `\`${one}\``).join(", ");
  const given = options.filter((one) => !SERVICE_OPTIONS.includes(one)).map((one) => `--${one}`);
  const asks = SERVICE_OPTIONS.every((one) => options.includes(one));
  return `| \`sge ${name}\` | ${code(Object.keys(words ?? {}))} | ${code(given)} | ${asks ? "service" : name === "completion" ? "–" : "database"} |`;
});

/** The page with these rows in its table of commands. */
export const withCommands = (page: string): string =>
  page.replace(
    /(\| command \| words \| options \| asks \|\n\|[-|]+\|\n)(?:\|.*\n)*/,
    (_, head: string) => `${head}${COMMAND_ROWS.join("\n")}\n`,
  );

if (import.meta.main)
  await Bun.write("docs/cli.md", withCommands(await Bun.file("docs/cli.md").text()));
