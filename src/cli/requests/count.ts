import { howMany } from "../../lib/amount.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { decimal, moment, signed } from "../terminal/decimals.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, type Screen, table } from "../terminal/screen.ts";
import { addToCount } from "./count-add.ts";
import { reasonOf } from "./options.ts";

/** Rows of one page of the API, and of the review on a screen. */
const PAGE = "100";
/** Most counts that are listed. */
const MOST_LISTED = 1_000;

const usage = (says: string) => new UsageError("count", says);

/** `sge count`: counts of the stock. Returns 0, or 1 where lines of `add` were kept aside. */
export async function runCount(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what, named, ...more] = given._;
  if (what === "list" && named === undefined) return list(terminal, given);
  if (what === "add" && named !== undefined) return addToCount(terminal, given, named, more);
  if (named === undefined || more.length > 0 || what === undefined)
    throw usage("Use sge count list, open NOME, ou add, review, close, cancel CONTAGEM");
  if (what === "open") return open(terminal, given, named);
  if (what === "review") return review(terminal, given, named);
  if (what === "close") return closeIt(terminal, given, named);
  if (what === "cancel") return cancel(terminal, given, named);
  throw usage(`Não há sge count ${what}`);
}

const STATES: Readonly<Record<string, string>> = {
  open: "aberta",
  closing: "fechando",
  closed: "fechada",
  cancelled: "cancelada",
};

async function list(terminal: Terminal, given: ParsedArgs): Promise<number> {
  return withConnection(terminal, given, "read", async ({ api }) => {
    const page = (cursor?: string) =>
      bodyOf(
        api.api.counts.$get({
          query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
        }),
      );
    let { data, pagination } = await page();
    const counts = [...data];
    while (pagination.next_cursor !== null && counts.length < MOST_LISTED) {
      ({ data, pagination } = await page(pagination.next_cursor));
      counts.push(...data);
    }
    printAnswer(terminal.out, given, {
      document: { data: counts },
      lines(out) {
        const columns = [
          { title: "Contagem" },
          { title: "Nome", most: 40 },
          { title: "Situação" },
          { title: "Linhas", align: "right" as const },
          { title: "Aberta em" },
        ];
        const rows = counts.map((one) => [
          one.id,
          one.name,
          STATES[one.state] ?? one.state,
          String(one.lines),
          moment(one.opened_at),
        ]);
        for (const line of table(out, columns, rows)) out.line(line);
      },
    });
    return 0;
  });
}

function scopeOf(given: ParsedArgs) {
  const [category, location, products] = [given.category, given.location, given.products].map(
    textOf,
  );
  if ([category, location, products].filter((one) => one !== undefined).length > 1)
    throw usage("Só um de --category, --location e --products");
  if (category !== undefined) {
    if (!/^[1-9]\d{0,14}$/.test(category)) throw usage("--category deve ser um número");
    return { scope: "category", category_id: Number(category) } as const;
  }
  if (location !== undefined) return { scope: "location", location } as const;
  if (products === undefined) return { scope: "all" } as const;
  const codes = products.split(",").filter((code) => code !== "");
  if (codes.length > 5_000) throw usage("No máximo 5.000 produtos");
  return { scope: "products", product_codes: codes } as const;
}

async function open(terminal: Terminal, given: ParsedArgs, name: string): Promise<number> {
  const json = { name, ...scopeOf(given) };
  return withConnection(terminal, given, "read", async ({ api }) => {
    const { count } = await bodyOf(api.api.counts.$post({ json }));
    printAnswer(terminal.out, given, {
      document: count,
      // The id stands alone, so that a program takes it as it is.
      lines: (out) => out.line(count.id),
    });
    return 0;
  });
}

const reviewOf = ({ api }: Service, id: string) =>
  bodyOf(
    api.api.counts[":id"].review.$get({ param: { id }, query: { show: "counted", limit: PAGE } }),
  );

type Sums = NonNullable<Awaited<ReturnType<typeof reviewOf>>["sums"]>;

function printSums(out: Screen, sums: Sums): void {
  out.line(
    `${howMany(sums.products_counted, "produto contado", "produtos contados")}, ${howMany(sums.not_counted, "com saldo e sem linha", "com saldo e sem linha")}, ${howMany(sums.aside, "linha separada", "linhas separadas")}`,
  );
  out.line(`sobras: ${decimal(sums.surplus_products)} (${signed(sums.surplus_value)})`);
  out.line(`faltas: ${decimal(sums.shortage_products)} (${signed(sums.shortage_value)})`);
}

async function review(terminal: Terminal, given: ParsedArgs, id: string): Promise<number> {
  return withConnection(terminal, given, "read", async (service) => {
    const { sums, greatest = [] } = await reviewOf(service, id);
    printAnswer(terminal.out, given, {
      document: { count_id: id, sums, greatest },
      lines(out) {
        if (sums !== undefined) printSums(out, sums);
        const right = { align: "right" } as const;
        const columns = [
          { title: "Produto", most: 30 },
          { title: "Nome", most: 40 },
          { title: "Contado", ...right },
          { title: "Esperado", ...right },
          { title: "Diferença", ...right },
          { title: "Valor", ...right },
          { title: "" },
        ];
        const rows = greatest.map((one) => [
          one.product_code,
          one.name,
          decimal(one.counted),
          decimal(one.expected),
          signed(one.difference),
          signed(one.difference_value),
          one.moved_while_counted ? "moveu durante a contagem: conte de novo" : "",
        ]);
        if (rows.length > 0) out.line();
        for (const line of rows.length === 0 ? [] : table(out, columns, rows)) out.line(line);
      },
    });
    return 0;
  });
}

async function closeIt(terminal: Terminal, given: ParsedArgs, id: string): Promise<number> {
  const missing = textOf(given.missing);
  if (missing !== "keep" && missing !== "zero")
    throw usage("Informe em --missing o que fazer do que não foi contado: keep ou zero");
  const json = { missing, reason: reasonOf("count", given) } as const;
  const dryRun = flagOf(given["dry-run"]) === true;
  return withConnection(terminal, given, "read", async ({ api }) => {
    const query = dryRun ? ({ dry_run: "true" } as const) : {};
    const done = await bodyOf(api.api.counts[":id"].close.$post({ param: { id }, query, json }));
    printAnswer(terminal.out, given, {
      document: done,
      lines(out) {
        if ("dry_run" in done) {
          out.line(paint(out, "bold", "Simulação: nada foi gravado"));
          printSums(out, done.sums);
        } else out.line(paint(out, "green", done.message));
      },
    });
    return 0;
  });
}

async function cancel(terminal: Terminal, given: ParsedArgs, id: string): Promise<number> {
  const json = { reason: reasonOf("count", given) };
  return withConnection(terminal, given, "read", async ({ api }) => {
    const done = await bodyOf(api.api.counts[":id"].cancel.$post({ param: { id }, json }));
    printAnswer(terminal.out, given, {
      document: { id, ...done },
      lines: (out) => out.line(paint(out, "green", done.message)),
    });
    return 0;
  });
}
