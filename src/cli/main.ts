import { defineCommand, runCommand } from "citty";
import { grouped } from "../lib/amount.ts";
import { fileReason } from "../start/reason.ts";
import { HELP, help, unknownFlags } from "./commands.ts";
import { runAdopt, runBackup, runRestore, runVerify } from "./database/database-commands.ts";
import { EXPORTS, exportCsv, fileSink, type Sink } from "./documents/export.ts";
import { findFiles } from "./documents/find-files.ts";
import { importFiles } from "./documents/import.ts";
import { printSkipped, printTally } from "./documents/summary.ts";
import { connect, type Environment, type Purpose } from "./service/connect.ts";
import type { Service } from "./service/service-client.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "./terminal/parsed-args.ts";
import { paint, type Screen } from "./terminal/screen.ts";

/** Everything outside of the program that the commands use. */
export interface Terminal extends Environment {
  readonly out: Screen;
  readonly err: Screen;
  /** Where a CSV goes when no file is named. */
  stdout(): Sink;
  /** Asks for a secret: at a terminal without showing it, elsewhere the next line of the standard input. */
  secret(prompt: string): Promise<string>;
  /** Whether the standard input is a terminal. */
  readonly asksPerson: boolean;
  /** A progress bar of `total` files; does nothing where the error output is no terminal. */
  progress(total: number): { advance(by: number): void; stop(): void };
}

type Command = Exclude<keyof typeof HELP, "sge">;

/**
 * Runs a command line (without the program's name) and returns the exit code: 0 success, 1 something
 * was refused or failed, 2 the command line itself is wrong. Throws nothing.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const command = (name: Command, go: typeof runImport) => {
    const { args } = HELP[name];
    return defineCommand({
      meta: { name },
      args,
      async run({ args: given, rawArgs }) {
        if (given.help === true) return terminal.out.line(help(name));
        const [unknown] = unknownFlags(rawArgs, args);
        if (unknown !== undefined) throw new UsageError(name, `Opção desconhecida: ${unknown}`);
        code = await go(terminal, given);
      },
    });
  };
  try {
    if (argv[0] === undefined || ["-h", "--help", "help", "ajuda"].includes(argv[0])) {
      terminal.out.line(help("sge"));
      return argv[0] === undefined ? 2 : 0;
    }
    const sge = defineCommand({
      subCommands: {
        import: command("import", runImport),
        export: command("export", runExport),
        backup: command("backup", runBackup),
        restore: command("restore", runRestore),
        adopt: command("adopt", runAdopt),
        verify: command("verify", runVerify),
        company: command("company", async (context, given) =>
          (await import("./database/company.ts")).runCompany(context, given),
        ),
        password: command("password", async (context, given) =>
          (await import("./database/password.ts")).runPassword(context, given),
        ),
      },
    });
    await runCommand(sge, { rawArgs: [...argv] });
    return code;
  } catch (error) {
    return printError(terminal, argv, error);
  }
}

function printError({ err }: Terminal, argv: readonly string[], error: unknown): number {
  const unknown = error instanceof Error && "code" in error && error.code === "E_UNKNOWN_COMMAND";
  const misused = unknown
    ? new UsageError("sge", `Comando desconhecido: ${argv[0] ?? ""}`)
    : error instanceof UsageError
      ? error
      : null;
  const message =
    misused?.message ??
    fileReason(error) ??
    (error instanceof Error ? error.message : String(error));
  err.line(paint(err, "red", message));
  if (misused !== null) err.line(`\n${help(misused.command)}`);
  return misused === null ? 1 : 2;
}

async function withConnection(
  terminal: Terminal,
  given: ParsedArgs,
  purpose: Purpose,
  use: (service: Service) => Promise<number>,
): Promise<number> {
  const service = await connect(
    {
      url: textOf(given.url),
      email: textOf(given.email),
      password: textOf(given.password),
      company: textOf(given.company),
    },
    terminal,
    purpose,
  );
  try {
    return await use(service);
  } finally {
    await service.close();
  }
}

async function runImport(terminal: Terminal, given: ParsedArgs): Promise<number> {
  if (given._.length === 0) throw new UsageError("import", "Informe o que importar");
  const parallel = Number(textOf(given.parallel) ?? "2");
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 8)
    throw new UsageError("import", "--parallel deve ser de 1 a 8");
  const { files, others, skipped } = await findFiles(given._);
  const refused = skipped.some((one) => one.refused);
  printSkipped(terminal.err, skipped);
  if (files.length === 0) {
    terminal.err.line("Não há XML nem ZIP no que foi indicado");
    return 1;
  }
  const dryRun = flagOf(given["dry-run"]) ?? false;
  return withConnection(terminal, given, dryRun ? "read" : "create", async (service) => {
    const bar = terminal.progress(files.length);
    const options = { approve: flagOf(given.approve), dryRun, parallel };
    const tally = await importFiles(service, files, options, (by) => bar.advance(by)).finally(() =>
      bar.stop(),
    );
    printTally(terminal.out, tally, { dryRun, ignored: others, where: service.where });
    return refused || (tally.counts.rejected ?? 0) > 0 ? 1 : 0;
  });
}

async function runExport(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [named, ...more] = given._;
  const what = EXPORTS.find((one) => one === named);
  if (what === undefined || more.length > 0)
    throw new UsageError("export", "Informe o que exportar: stock ou movements");
  const dialect = textOf(given.dialect);
  if (dialect !== "br" && dialect !== "rfc4180")
    throw new UsageError("export", "--dialect deve ser br ou rfc4180");
  const out = textOf(given.out);
  const query = {
    dialect,
    search: textOf(given.search),
    product_code: textOf(given.product),
    from: textOf(given.from),
    to: textOf(given.to),
  };
  return withConnection(terminal, given, "read", async (service) => {
    const toFile = out !== undefined && out !== "-";
    const sink = toFile ? await fileSink(out) : terminal.stdout();
    const size = await exportCsv(service, what, query, sink);
    if (toFile) terminal.err.line(`${out}: ${grouped(size)} bytes`);
    return 0;
  });
}
