import { connect } from "../service/connect.ts";
import type { Terminal } from "../service/with-connection.ts";
import { asksJson } from "../terminal/answer.ts";
import { exitCode } from "../terminal/exit-codes.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { type Colour, paint } from "../terminal/screen.ts";
import { documentsText, type WatchLine, watchFolder } from "./watch.ts";

/** How long a document whose end is missing may still be in the writing. */
const UNFINISHED_MS = 60_000;
/** Documents of one file that are named on a line for people. */
const MOST_NAMED = 3;

/** `sge watch PASTA`. Returns 0 when it is interrupted; with --once 1 where something was refused or is left. */
export async function runWatch(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [folder, ...more] = given._;
  if (folder === undefined || more.length > 0)
    throw new UsageError("watch", "Informe que pasta vigiar");
  const settle = Number(textOf(given.settle) ?? "2");
  if (!Number.isInteger(settle) || settle < 1 || settle > 600)
    throw new UsageError("watch", "--settle deve ser de 1 a 600");
  const once = flagOf(given.once) === true;
  const signal = terminal.interrupted();
  const where = {
    url: textOf(given.url),
    email: textOf(given.email),
    company: textOf(given.company),
  };
  // A password that was typed is kept: the service is opened again after each outage, and each day.
  let typed: Promise<string> | null = null;
  const secret = (prompt: string) => {
    typed ??= terminal.secret(prompt);
    return typed;
  };
  const tally = await watchFolder(
    folder,
    () => connect(where, { ...terminal, secret }, "server"),
    {
      approve: flagOf(given.approve),
      settleMs: settle * 1_000,
      unfinishedMs: Math.max(UNFINISHED_MS, settle * 1_000),
      once,
      signal,
    },
    (line) => print(terminal, given, line),
  );
  if (signal.aborted) return once ? exitCode("interrupted") : 0;
  return tally.refused + tally.left === 0 ? 0 : 1;
}

const SHOWN: Readonly<Record<WatchLine["event"], readonly [Colour, (line: WatchLine) => string]>> =
  {
    watching: ["dim", ({ file, message }) => `vigiando ${file} para ${message}`],
    taken: [
      "green",
      ({ file, documents }) => `entrou ${file}: ${documentsText(documents ?? [], MOST_NAMED)}`,
    ],
    refused: ["red", ({ file, message }) => `recusado ${file}: ${firstLine(message)}`],
    later: ["yellow", ({ file, message }) => `depois ${file}: ${firstLine(message)}`],
    offline: ["yellow", ({ message }) => `o serviço não responde, espero por ele: ${message}`],
    online: ["green", () => "o serviço voltou"],
    stopped: ["dim", () => "fim"],
  };

const firstLine = (text = ""): string => text.split("\n", 1)[0] ?? "";

function print({ out }: Terminal, given: ParsedArgs, line: WatchLine): void {
  const at = new Date().toISOString();
  const [colour, text] = SHOWN[line.event];
  out.line(
    asksJson(given)
      ? JSON.stringify({ at, ...line })
      : `${at.slice(0, 19)}Z ${paint(out, colour, text(line))}`,
  );
}
