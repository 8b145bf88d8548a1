import { join } from "node:path";
import { grouped } from "../../lib/amount.ts";
import { download } from "../documents/export.ts";
import { refusalOfOne } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint } from "../terminal/screen.ts";
import { fileSink } from "../terminal/sink.ts";
import { noteKeys } from "./names.ts";

/** `sge danfe CHAVE…`: the DANFE of each note as a PDF, in a folder. Returns 0, or 1 when one was refused. */
export async function runDanfe(terminal: Terminal, given: ParsedArgs): Promise<number> {
  if (given._.length === 0) throw new UsageError("danfe", "Informe chaves de acesso");
  const folder = textOf(given.out) ?? ".";
  const keys = await noteKeys("danfe", given._, (most) => terminal.input(most));
  return withConnection(terminal, given, "read", async (service) => {
    const data: {
      access_key: string;
      path?: string;
      bytes?: number;
      code?: string;
      message?: string;
    }[] = [];
    for (const access_key of keys) {
      const path = join(folder, `${access_key}.pdf`);
      try {
        const sink = await fileSink(path);
        const bytes = await download(service, `/api/nfes/${access_key}/danfe.pdf`, sink);
        data.push({ access_key, path, bytes });
      } catch (error) {
        const { code, message } = refusalOfOne(error);
        data.push({ access_key, code, message });
      }
    }
    printAnswer(terminal.out, given, {
      document: { data },
      lines(out) {
        for (const { access_key, path, bytes = 0, message } of data)
          out.line(
            path === undefined
              ? paint(out, "red", `${access_key}  recusada: ${message}`)
              : `${path}: ${grouped(bytes)} bytes`,
          );
      },
    });
    return data.some(({ path }) => path === undefined) ? 1 : 0;
  });
}
