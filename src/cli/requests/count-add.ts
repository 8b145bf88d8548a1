import { howMany } from "../../lib/amount.ts";
import { sha256 } from "../../lib/hash.ts";
import { bodyOf } from "../service/exact-json.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint } from "../terminal/screen.ts";
import { countedLines, MOST_FILE_BYTES, namedLines } from "./counted-lines.ts";

/** Lines of one request. */
const AT_A_TIME = 500;
/** Most lines kept aside that are shown to people. */
const MOST_SHOWN = 50;

const ASIDE: Readonly<Record<string, string>> = {
  unknown: "não há produto com este código",
  ambiguous: "mais de um produto tem este código de barras",
  outside: "o produto não faz parte desta contagem",
};

/**
 * `sge count add CONTAGEM CÓDIGO=QUANTIDADE…` or `--file`: writes what was counted. The key of a file's request is made of its
 * content, so that the same file of the same device counts once. Returns 0, or 1 where lines were kept aside.
 */
export async function addToCount(
  terminal: Terminal,
  given: ParsedArgs,
  id: string,
  named: readonly string[],
): Promise<number> {
  const file = textOf(given.file);
  const device = textOf(given.device) ?? "sge";
  if ((file === undefined) === (named.length === 0))
    throw new UsageError("count", "Informe CÓDIGO=QUANTIDADE, ou --file, e só um dos dois");
  const lines =
    file === undefined ? namedLines(named) : countedLines(await bytesOf(terminal, file));
  return withConnection(terminal, given, "read", async ({ api }) => {
    const written: Written[] = [];
    let repeated = 0;
    for (let from = 0; from < lines.length; from += AT_A_TIME) {
      const part = lines.slice(from, from + AT_A_TIME).map((line) => ({ ...line, device }));
      const key =
        file === undefined
          ? crypto.randomUUID()
          : await sha256(JSON.stringify(["sge count add", id, from, part]));
      const done = await bodyOf(
        api.api.counts[":id"].lines.$post({
          param: { id },
          header: { "idempotency-key": key },
          json: { lines: part },
        }),
      );
      written.push(...done.lines);
      if (done.repeated) repeated += done.lines.length;
    }
    const aside = written.filter((line) => line.aside !== null);
    printAnswer(terminal.out, given, {
      document: {
        count_id: id,
        written: written.length,
        repeated,
        aside: aside.length,
        lines: written,
      },
      lines(out) {
        out.line(howMany(written.length, "linha gravada", "linhas gravadas"));
        if (repeated > 0)
          out.line(`${howMany(repeated, "já estava", "já estavam")} gravadas antes`);
        for (const { line, given_code, product_code, barcode, aside: why } of aside.slice(
          0,
          MOST_SHOWN,
        ))
          out.line(
            paint(
              out,
              "yellow",
              `  linha ${line}, ${given_code ?? product_code ?? barcode ?? ""}: ${ASIDE[why ?? ""] ?? why}`,
            ),
          );
        if (aside.length > MOST_SHOWN) out.line(`  … e mais ${aside.length - MOST_SHOWN}`);
      },
    });
    return aside.length === 0 ? 0 : 1;
  });
}

interface Written {
  readonly line: number;
  readonly aside: string | null;
  readonly given_code: string | null;
  readonly product_code: string | null;
  readonly barcode: string | null;
}

async function bytesOf(terminal: Terminal, path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === "-") return new TextEncoder().encode(await terminal.input(MOST_FILE_BYTES));
  const file = Bun.file(path);
  if (!(await file.exists())) throw new Error(`Não encontrado: ${path}`);
  if (file.size > MOST_FILE_BYTES)
    throw new Error(`O arquivo excede ${MOST_FILE_BYTES >> 20} MB: ${path}`);
  return file.bytes();
}
