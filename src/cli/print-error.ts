import { Failed } from "../lib/result.ts";
import { failedSentence, fileReason } from "../start/reason.ts";
import { help } from "./commands.ts";
import { CredentialMissing } from "./service/connect.ts";
import { RequestRefused, ServiceUnreachable } from "./service/service-client.ts";
import type { Terminal } from "./service/with-connection.ts";
import { exitCode } from "./terminal/exit-codes.ts";
import { UsageError } from "./terminal/parsed-args.ts";
import { paint } from "./terminal/screen.ts";

/** Prints why a command failed, on the error output, and returns its exit code. */
export function printError(terminal: Terminal, argv: readonly string[], error: unknown): number {
  const { err } = terminal;
  const misused = usageOf(argv, error);
  const message = misused?.message ?? sentenceOf(error);
  const code = misused === null ? codeOf(error) : exitCode("usage");
  if (argv.includes("--json")) {
    err.line(JSON.stringify({ error: { exit: code, message, ...membersOf(error) } }));
    return code;
  }
  err.line(paint(err, "red", message));
  if (misused !== null) err.line(`\n${help(misused.command)}`);
  return code;
}

/** What a program may tell failures apart by: the answer's members, or the failure of a command on the database. */
function membersOf(error: unknown): object {
  if (error instanceof RequestRefused)
    return { code: error.code, status: error.status, ...error.more };
  return error instanceof Failed ? error.failure : {};
}

function usageOf(argv: readonly string[], error: unknown): UsageError | null {
  if (error instanceof UsageError) return error;
  const unknown = error instanceof Error && "code" in error && error.code === "E_UNKNOWN_COMMAND";
  return unknown ? new UsageError("sge", `Comando desconhecido: ${argv[0] ?? ""}`) : null;
}

function sentenceOf(error: unknown): string {
  if (isAborted(error)) return "Interrompido";
  if (error instanceof Failed) return failedSentence(error);
  return fileReason(error) ?? (error instanceof Error ? error.message : String(error));
}

const isAborted = (error: unknown): boolean =>
  error instanceof Error && (error.name === "AbortError" || error.name === "TaskCancelledError");

function codeOf(error: unknown): number {
  if (isAborted(error)) return exitCode("interrupted");
  if (error instanceof ServiceUnreachable) return exitCode("unreachable");
  if (error instanceof CredentialMissing) return exitCode("denied");
  if (error instanceof RequestRefused && error.isOfCaller) return exitCode("denied");
  return exitCode("refused");
}
