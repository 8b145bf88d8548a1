import { grouped } from "../../lib/amount.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { asksJson } from "../terminal/answer.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { fileSink } from "../terminal/sink.ts";
import { EXPORTS, exportCsv } from "./export.ts";
import { findFiles } from "./find-files.ts";
import { importFiles } from "./import.ts";
import { printSkipped, printTally } from "./summary.ts";

export async function runImport(terminal: Terminal, given: ParsedArgs): Promise<number> {
  if (given._.length === 0) throw new UsageError("import", "Informe o que importar");
  const parallel = Number(textOf(given.parallel) ?? "2");
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 8)
    throw new UsageError("import", "--parallel deve ser de 1 a 8");
  const { files, others, skipped } = await findFiles(given._);
  const refused = skipped.some((one) => one.refused);
  if (!asksJson(given)) printSkipped(terminal.err, skipped);
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
    if (asksJson(given)) {
      const { counts, rejected, waiting } = tally;
      const ignored = (counts.ignored ?? 0) + others;
      const unread = skipped.map(({ path, why }) => ({ file: path, message: why }));
      const document = {
        dry_run: dryRun,
        summary: { ...counts, ignored },
        rejected,
        waiting,
        unread,
      };
      terminal.out.line(JSON.stringify(document));
    } else printTally(terminal.out, tally, { dryRun, ignored: others, where: service.where });
    return refused || (tally.counts.rejected ?? 0) > 0 ? 1 : 0;
  });
}

export async function runExport(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [named, ...more] = given._;
  const what = EXPORTS.find((one) => one === named);
  if (what === undefined || more.length > 0)
    throw new UsageError("export", "Informe o que exportar: stock ou movements");
  const dialect = textOf(given.dialect);
  if (dialect !== "br" && dialect !== "rfc4180")
    throw new UsageError("export", "--dialect deve ser br ou rfc4180");
  const out = textOf(given.out);
  if (asksJson(given) && (out === undefined || out === "-"))
    throw new UsageError("export", "--json pede --out: a saída padrão é do CSV");
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
    if (asksJson(given)) terminal.out.line(JSON.stringify({ path: out, bytes: size }));
    else if (toFile) terminal.err.line(`${out}: ${grouped(size)} bytes`);
    return 0;
  });
}
