import { howMany } from "../../lib/amount.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { type Answer, printAnswer } from "../terminal/answer.ts";
import { decimal, moment } from "../terminal/decimals.ts";
import { type ParsedArgs, UsageError } from "../terminal/parsed-args.ts";
import { paint, type Screen } from "../terminal/screen.ts";
import { isJobId, noteKey } from "./names.ts";

/** Most notes and jobs that one call asks for. */
const MOST = 100;
/** Results of a job that are read: its first page. */
const SHOWN_RESULTS = "100";

/** `sge status`: the company; or notes and jobs by their names. Returns 0, or 1 where a job has failed or has parked documents. */
export async function runStatus(terminal: Terminal, given: ParsedArgs): Promise<number> {
  if (given._.length > MOST) throw new UsageError("status", `No máximo ${MOST} de cada vez`);
  const named = given._.map((name) => (isJobId(name) ? name : noteKey("status", name)));
  return withConnection(terminal, given, "read", async (service) => {
    if (named.length === 0) {
      printAnswer(terminal.out, given, await ofCompany(service));
      return 0;
    }
    const answers: Shown[] = [];
    for (const name of named)
      answers.push(isJobId(name) ? await ofJob(service, name) : await ofNote(service, name));
    printAnswer(terminal.out, given, {
      document: { data: answers.map(({ document }) => document) },
      lines: (out) => {
        for (const { lines } of answers) lines(out);
      },
    });
    return answers.some(({ failed }) => failed) ? 1 : 0;
  });
}

interface Shown extends Answer {
  readonly failed: boolean;
}

async function ofCompany({ api, where }: Service): Promise<Answer> {
  const { version } = await bodyOf(api.api.health.$get());
  const me = await bodyOf(api.api.me.$get());
  const stats = await bodyOf(api.api.dashboard.stats.$get({ query: {} }));
  const waiting = await bodyOf(api.api.nfes.$get({ query: { status: "PENDENTE", limit: "1" } }));
  const jobs = await bodyOf(api.api.jobs.$get({ query: { state: "running", limit: "1" } }));
  const queued = await bodyOf(api.api.jobs.$get({ query: { state: "queued", limit: "1" } }));
  const counted = {
    waiting_notes: totalOf(waiting),
    running_jobs: totalOf(jobs),
    queued_jobs: totalOf(queued),
  };
  const { company, user, api_key } = me;
  return {
    document: { server: where, version, company, user, api_key, ...counted, stock: stats },
    lines(out) {
      out.line(paint(out, "bold", `${company.name} (empresa ${company.id}), ${where}, ${version}`));
      out.line(`como ${api_key ?? user.email}, ${user.role}`);
      out.line();
      const { alerts } = stats;
      const rows: readonly (readonly [number, string, string])[] = [
        [counted.waiting_notes, "nota espera aprovação", "notas esperam aprovação"],
        [alerts.held_long, "delas tem pendência há muito", "delas têm pendência há muito"],
        [counted.running_jobs, "processamento em andamento", "processamentos em andamento"],
        [counted.queued_jobs, "processamento na fila", "processamentos na fila"],
        [alerts.low, "produto abaixo do mínimo", "produtos abaixo do mínimo"],
        [alerts.expiring, "lote a vencer em 30 dias", "lotes a vencer em 30 dias"],
        [alerts.expired, "lote vencido com saldo", "lotes vencidos com saldo"],
        [
          alerts.cost_rose,
          "entrada com custo acima do limite",
          "entradas com custo acima do limite",
        ],
        [alerts.mailboxes_failing, "caixa de e-mail com falha", "caixas de e-mail com falha"],
        [alerts.webhooks_disabled, "webhook desligado", "webhooks desligados"],
        [
          alerts.certificates_ending,
          "certificado A1 perto do fim, ou que já terminou",
          "certificados A1 perto do fim, ou que já terminaram",
        ],
        [
          alerts.sefaz_failing,
          "CNPJ cuja busca na SEFAZ falha há mais de duas horas",
          "CNPJs cuja busca na SEFAZ falha há mais de duas horas",
        ],
      ];
      const shown = rows.filter(([count]) => count > 0);
      for (const [count, one, many] of shown) out.line(`  ${howMany(count, one, many)}`);
      if (shown.length === 0) out.line(paint(out, "green", "  Nada espera por uma pessoa"));
      out.line();
      out.line(
        `${howMany(stats.total_skus, "produto", "produtos")}, ${decimal(stats.stock_wealth)} em estoque pelo último custo; último movimento: ${moment(stats.last_movement_at) || "nenhum"}`,
      );
    },
  };
}

/** Lists by page number have a total; those by a cursor, which are not asked for here, have none. */
const totalOf = ({ pagination }: { pagination: object }): number =>
  "total" in pagination && typeof pagination.total === "number" ? pagination.total : 0;

async function ofNote({ api }: Service, access_key: string): Promise<Shown> {
  const note = await bodyOf(api.api.nfes[":access_key"].$get({ param: { access_key } }));
  const { number, series, supplier_name, status, direction, total_value, holds } = note;
  const document = {
    access_key: note.access_key,
    number,
    series,
    supplier_name,
    status,
    direction,
    total_value,
    received_at: note.received_at,
    approved_at: note.approved_at,
    holds,
    findings: note.findings,
  };
  return {
    document,
    failed: false,
    lines(out) {
      out.line(
        `${note.access_key}  ${paint(out, status === "PENDENTE" ? "yellow" : "green", status)}`,
      );
      out.line(`  nota ${number}/${series} de ${supplier_name}, ${decimal(total_value)}`);
      for (const { code, message } of holds) out.line(`  pendência ${code}: ${message}`);
      for (const { message } of note.findings) out.line(paint(out, "dim", `  aviso: ${message}`));
    },
  };
}

async function ofJob({ api }: Service, id: string): Promise<Shown> {
  const job = await bodyOf(
    api.api.jobs[":id"].$get({ param: { id }, query: { limit: SHOWN_RESULTS } }),
  );
  const { results: _, pagination: __, ...document } = job;
  return {
    document,
    failed: job.state === "failed" || job.parked > 0,
    lines(out: Screen) {
      const of = job.total === null ? "" : ` de ${job.total}`;
      out.line(`${job.id}  ${job.kind}  ${job.state}  ${job.done}${of}`);
      const counts = Object.entries(job.summary).filter(([, count]) => count > 0);
      if (counts.length > 0) out.line(`  ${counts.map(([name, n]) => `${name} ${n}`).join(", ")}`);
      if (job.parked > 0)
        out.line(
          paint(out, "red", `  ${howMany(job.parked, "documento falhou", "documentos falharam")}`),
        );
      if (job.failure !== null) out.line(paint(out, "red", `  falhou: ${job.failure.code}`));
    },
  };
}
