import { type ArgsDef, defineCommand, runCommand } from "citty";
import { COMMAND_TABLE, COMMANDS, type CommandName, help, unknownFlags } from "./commands.ts";
import { completionScript, SHELLS } from "./completion/scripts.ts";
import { printError } from "./print-error.ts";
import type { Terminal } from "./service/with-connection.ts";
import { exitCode } from "./terminal/exit-codes.ts";
import { type ParsedArgs, UsageError } from "./terminal/parsed-args.ts";

type Go = (terminal: Terminal, given: ParsedArgs) => Promise<number>;

/** What runs a command; each is loaded when it is asked for. */
const RUNNERS: Readonly<Record<CommandName, () => Promise<Go>>> = {
  import: async () => (await import("./documents/import-and-export.ts")).runImport,
  export: async () => (await import("./documents/import-and-export.ts")).runExport,
  watch: async () => (await import("./documents/watch-command.ts")).runWatch,
  status: async () => (await import("./requests/status.ts")).runStatus,
  approve: async () => (await import("./requests/approve.ts")).runApprove,
  reverse: async () => (await import("./requests/reverse.ts")).runReverse,
  count: async () => (await import("./requests/count.ts")).runCount,
  danfe: async () => (await import("./requests/danfe.ts")).runDanfe,
  users: async () => (await import("./requests/users.ts")).runUsers,
  keys: async () => (await import("./requests/keys.ts")).runKeys,
  webhooks: async () => (await import("./requests/webhooks.ts")).runWebhooks,
  sefaz: async () => (await import("./requests/sefaz.ts")).runSefaz,
  certificate: async () => (await import("./requests/certificate.ts")).runCertificate,
  statement: async () => (await import("./requests/statement.ts")).runStatement,
  completion: async () => runCompletion,
  backup: async () => (await import("./database/database-commands.ts")).runBackup,
  restore: async () => (await import("./database/database-commands.ts")).runRestore,
  adopt: async () => (await import("./database/database-commands.ts")).runAdopt,
  verify: async () => (await import("./database/database-commands.ts")).runVerify,
  company: async () => (await import("./database/company.ts")).runCompany,
  password: async () => (await import("./database/password.ts")).runPassword,
};

/**
 * Runs a command line (without the program's name) and returns the exit code (terminal/exit-codes.ts). Throws nothing. With --json
 * what failed is one document on the error output.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const command = (name: CommandName) => {
    const { args } = COMMANDS[name];
    return defineCommand<ArgsDef>({
      meta: { name },
      args,
      async run({ args: given, rawArgs }) {
        if (given.help === true) return terminal.out.line(help(name));
        const [unknown] = unknownFlags(rawArgs, args);
        if (unknown === "--password")
          throw new UsageError(
            name,
            "A senha não vai na linha de comando: use SGE_PASSWORD ou SGE_PASSWORD_FILE",
          );
        if (unknown !== undefined) throw new UsageError(name, `Opção desconhecida: ${unknown}`);
        const go = await RUNNERS[name]();
        code = await go(terminal, given);
      },
    });
  };
  try {
    if (argv[0] === undefined || ["-h", "--help", "help", "ajuda"].includes(argv[0])) {
      terminal.out.line(help("sge"));
      return argv[0] === undefined ? exitCode("usage") : 0;
    }
    const names = Object.keys(COMMANDS).filter((name): name is CommandName => name in COMMANDS);
    const subCommands = Object.fromEntries(names.map((name) => [name, command(name)]));
    await runCommand(defineCommand({ subCommands }), { rawArgs: [...argv] });
    return code;
  } catch (error) {
    return printError(terminal, argv, error);
  }
}

async function runCompletion({ out }: Terminal, given: ParsedArgs): Promise<number> {
  const [named, ...more] = given._;
  const shell = SHELLS.find((one) => one === named);
  if (shell === undefined || more.length > 0)
    throw new UsageError("completion", `Informe o shell: ${SHELLS.join(", ")}`);
  out.line(completionScript(shell, COMMAND_TABLE).trimEnd());
  return 0;
}
