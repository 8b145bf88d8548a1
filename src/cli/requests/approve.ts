import { HOLD_CODES, type HoldCode } from "../../ingest/verdict/failures.ts";
import { howMany } from "../../lib/amount.ts";
import { bodyOf } from "../service/exact-json.ts";
import { refusalOfOne, type Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { decimal } from "../terminal/decimals.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, type Screen, table } from "../terminal/screen.ts";
import { isJobId, noteKeys } from "./names.ts";

/** Notes of one request: the API takes 500, and answers within its time in small parts. */
const AT_A_TIME = 50;
/** Results of a job on one page. */
const PAGE = 100;

interface Line {
  readonly access_key: string;
  readonly outcome: string;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** `sge approve`: notes by their keys, or those of a job that have no hold. Returns 0, or 1 when one was refused. */
export async function runApprove(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const job = textOf(given.job);
  const dryRun = flagOf(given["dry-run"]) ?? false;
  const override = overridesOf(textOf(given.override) ?? "");
  if ((job === undefined) === (given._.length === 0))
    throw new UsageError("approve", "Informe chaves de acesso, ou --job, e só um dos dois");
  if (job !== undefined && !isJobId(job))
    throw new UsageError("approve", `Não é o número de um processamento: ${job}`);
  const named = await noteKeys("approve", given._, (most) => terminal.input(most));
  if (override.length > 0 && named.length !== 1)
    throw new UsageError("approve", "--override vale para uma só nota");
  return withConnection(terminal, given, "read", async (service) => {
    const keys = job === undefined ? named : await readyKeysOf(service, job);
    if (dryRun) return showPlans(terminal, given, service, keys);
    const results =
      override.length > 0
        ? await Promise.all(keys.map((key) => approveInSpite(service, key, override)))
        : await approveAll(service, keys);
    return printResults(terminal, given, results);
  });
}

function overridesOf(text: string): HoldCode[] {
  return text
    .split(",")
    .filter((code) => code !== "")
    .map((code) => {
      const known = HOLD_CODES.find((one) => one === code);
      if (known === undefined)
        throw new UsageError("approve", `Não é o código de uma pendência: ${code}`);
      return known;
    });
}

/** The notes of a job that wait without a hold. */
async function readyKeysOf({ api }: Service, id: string): Promise<string[]> {
  const keys = new Set<string>();
  for (let page = 1; ; page += 1) {
    const query = { page: String(page), limit: String(PAGE) };
    const { results, pagination } = await bodyOf(
      api.api.jobs[":id"].$get({ param: { id }, query }),
    );
    for (const line of results)
      if ("status" in line && line.status === "PENDENTE" && (line.holds ?? []).length === 0)
        if (line.access_key !== undefined) keys.add(line.access_key);
    if (page >= pagination.total_pages) return [...keys];
  }
}

async function approveAll({ api }: Service, keys: readonly string[]): Promise<Line[]> {
  const done: Line[] = [];
  for (let from = 0; from < keys.length; from += AT_A_TIME) {
    const json = { access_keys: keys.slice(from, from + AT_A_TIME) };
    const answer = await bodyOf(api.api.nfes.process.$post({ json, query: {} }));
    if ("results" in answer) done.push(...answer.results);
  }
  return done;
}

async function approveInSpite(
  { api }: Service,
  access_key: string,
  override: readonly HoldCode[],
): Promise<Line> {
  try {
    const answer = await bodyOf(
      api.api.nfes[":access_key"].process.$post({
        param: { access_key },
        query: {},
        json: { override: [...override] },
      }),
    );
    const again = "already_processed" in answer && answer.already_processed === true;
    return { access_key, outcome: again ? "already_processed" : "approved" };
  } catch (error) {
    const { code, message } = refusalOfOne(error);
    return { access_key, outcome: "refused", code, message };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  approved: "aprovada",
  already_processed: "já estava no estoque",
  refused: "recusada",
};

function printResults(terminal: Terminal, given: ParsedArgs, results: readonly Line[]): number {
  const refused = results.filter(({ outcome }) => outcome === "refused");
  const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
  const summary = {
    approved: count("approved"),
    already_processed: count("already_processed"),
    refused: refused.length,
  };
  printAnswer(terminal.out, given, {
    document: { summary, results },
    lines(out) {
      for (const { access_key, outcome, message } of results)
        out.line(
          paint(
            out,
            outcome === "refused" ? "red" : "green",
            `${access_key}  ${WORDS[outcome] ?? outcome}${message === undefined ? "" : `: ${message}`}`,
          ),
        );
      out.line(
        `${howMany(summary.approved, "nota aprovada", "notas aprovadas")}, ${howMany(refused.length, "recusada", "recusadas")}`,
      );
    },
  });
  return refused.length === 0 ? 0 : 1;
}

async function showPlans(
  terminal: Terminal,
  given: ParsedArgs,
  service: Service,
  keys: readonly string[],
): Promise<number> {
  const plans: unknown[] = [];
  const shown: ((out: Screen) => void)[] = [];
  let refused = 0;
  for (const access_key of keys)
    try {
      const plan = await planOf(service, access_key);
      plans.push(plan);
      shown.push((out) => printPlan(out, plan));
    } catch (error) {
      const { code, message, more } = refusalOfOne(error);
      refused += 1;
      plans.push({ access_key, outcome: "refused", code, message, ...more });
      shown.push((out) => out.line(paint(out, "red", `${access_key}  recusada: ${message}`)));
    }
  printAnswer(terminal.out, given, {
    document: { dry_run: true, results: plans },
    lines(out) {
      out.line(paint(out, "bold", "Simulação: nada foi gravado"));
      for (const print of shown) print(out);
    },
  });
  return refused === 0 ? 0 : 1;
}

const planOf = ({ api }: Service, access_key: string) =>
  bodyOf(
    api.api.nfes[":access_key"].process.$post({
      param: { access_key },
      query: { dry_run: "true" },
      json: {},
    }),
  );

function printPlan(out: Screen, plan: Awaited<ReturnType<typeof planOf>>): void {
  if (!("dry_run" in plan)) return;
  out.line(`${plan.access_key}${plan.already_processed ? "  já está no estoque" : ""}`);
  const rows = plan.items.map((item) => [
    String(item.n_item),
    item.product_code ?? (item.new_product ? "(produto novo)" : "(nenhum)"),
    decimal(item.stock_quantity),
    decimal(item.balance_before),
    decimal(item.balance_after),
  ]);
  const right = { align: "right" } as const;
  const columns = [
    { title: "Item", ...right },
    { title: "Produto", most: 40 },
    { title: "Quantidade", ...right },
    { title: "Saldo antes", ...right },
    { title: "Saldo depois", ...right },
  ];
  for (const line of table(out, columns, rows)) out.line(`  ${line}`);
}
