import { z } from "zod";
import { exportCsv } from "../cli/documents/export.ts";
import { readAs, type Service } from "../cli/service/service-client.ts";
import { type Column, paint, type Screen, table, wrap } from "../cli/terminal/screen.ts";
import { fileSink } from "../cli/terminal/sink.ts";
import { grouped, howMany } from "../lib/amount.ts";
import type { DemoResult, Outcome } from "./run-scenario.ts";

const decimal = new Intl.NumberFormat("pt-BR", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});
const whole = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 4 });

const title = (screen: Screen, text: string) => {
  screen.line();
  screen.line(paint(screen, "bold", text));
};
const indented = (screen: Screen, lines: readonly string[]) => {
  for (const line of lines) screen.line(`  ${line}`);
};

/**
 * Prints the results: counts of approved notes, and each other document with its reason.
 */
export function showVerdicts(screen: Screen, { outcomes, registered }: DemoResult): void {
  const of = (result: Outcome["result"]) => outcomes.filter((one) => one.result === result);
  const ready = registered - of("approved").length - of("held").length;
  const approved = (direction: string) =>
    of("approved").filter((one) => one.direction === direction).length;
  title(screen, "Resultado");
  screen.line(
    `  ${paint(screen, "green", `${approved("entry")} entraram no estoque, ${approved("exit")} saíram dele`)}; ` +
      `${ready > 0 ? `${howMany(ready, "pronta", "prontas")} para aprovar; ` : ""}${of("held").length} aguardando conferência; ${howMany(of("event").length, "evento", "eventos")}; ${howMany(of("refused").length, "recusado", "recusados")}`,
  );
  const width = Math.max(60, screen.width - 2);
  const print = (colour: "yellow" | "red", some: readonly Outcome[]) => {
    const most = Math.max(...some.map(({ what }) => what.length));
    const rows = some.flatMap(({ what, why }) =>
      wrap(why, width - 2 - most, 3).map((line, n) => [n === 0 ? what : "", line]),
    );
    screen.line();
    indented(
      screen,
      table(screen, [{ title: "o que chegou", colour }, { title: "por quê" }], rows),
    );
  };
  print("yellow", [...of("held"), ...of("event")]);
  print("red", of("refused"));
}

const StockPage = z.object({
  data: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      unit: z.string(),
      quantity: z.number(),
      cost_price: z.number(),
    }),
  ),
  pagination: z.object({ total: z.number() }),
});

/** Prints the stock, sorted by name; at most `lines` products. */
export async function showStock(screen: Screen, service: Service, lines: number): Promise<void> {
  const { data, pagination } = await readAs(
    StockPage,
    await service.ask(`/api/stock?limit=${lines}`),
  );
  title(screen, `Estoque: ${howMany(pagination.total, "produto", "produtos")}`);
  const columns: Column[] = [
    { title: "código", most: 24 },
    { title: "nome", most: 40 },
    { title: "un." },
    { title: "quantidade", align: "right" },
    { title: "último custo R$", align: "right" },
  ];
  const rows = data.map((item) => [
    item.code,
    item.name,
    item.unit,
    whole.format(item.quantity),
    decimal.format(item.cost_price),
  ]);
  indented(screen, table(screen, columns, rows));
  const more = pagination.total - data.length;
  if (more > 0) screen.line(paint(screen, "dim", `  … e mais ${grouped(more)}, no CSV`));
}

/** Writes both CSVs into the folder and prints their paths. */
export async function showCsv(screen: Screen, service: Service, folder: string): Promise<void> {
  title(screen, "CSV, para o Excel em português");
  const files = [
    ["stock", `${folder}/estoque.csv`],
    ["movements", `${folder}/movimentos.csv`],
  ] as const;
  for (const [what, path] of files) {
    const size = await exportCsv(service, what, { dialect: "br" }, await fileSink(path));
    screen.line(`  ${path}  ${paint(screen, "dim", `${grouped(size)} bytes`)}`);
  }
}

/** Prints notes per second, as measured in this first run of a cold process. */
export function showSpeed(screen: Screen, result: DemoResult): void {
  const rate = (count: number, ms: number) => grouped(Math.round((count * 1_000) / ms));
  const seconds = (ms: number) => decimal.format(Math.round(ms / 10) / 100);
  title(screen, "Velocidade");
  screen.line(
    `  ${result.registered} notas registradas em ${seconds(result.registeringMs)} s ` +
      `(${rate(result.registered, result.registeringMs)} por segundo), ` +
      `${result.approved} aprovadas em ${seconds(result.approvingMs)} s ` +
      `(${rate(result.approved, result.approvingMs)} por segundo)`,
  );
  screen.line(
    paint(
      screen,
      "dim",
      `  por HTTP, uma de cada vez, cada uma gravada em disco antes da resposta; para medir, use \`bun run bench\``,
    ),
  );
}
