import { hostname } from "node:os";
import { addCompany, listCompanies } from "../../accounts/people/add-company.ts";
import { abortMove, moveCompany, type Runner } from "../../homes/move.ts";
import { newId } from "../../lib/id.ts";
import { isCnpj, unmasked } from "../../nfe/taxpayer.ts";
import { isRunning } from "../../platform/bun/files/running-process.ts";
import { asksJson } from "../terminal/answer.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { type CommandContext, configOf } from "./command-context.ts";
import { withDatabase, withHomes } from "./with-database.ts";

/** Companies that are read at a time. */
const PAGE = 500;

/** `sge company add NOME --admin E-MAIL`, `list` and `move NÚMERO --to BANCO`, on the database of this machine's configuration. Returns 0. */
export async function runCompany(context: CommandContext, given: ParsedArgs): Promise<number> {
  const [what, ...rest] = given._;
  if (what === "list" && rest.length === 0) return list(context, given);
  if (what === "add") return add(context, rest, given);
  if (what === "move") return move(context, rest, given);
  throw new UsageError("company", "Use sge company add NOME, list, ou move NÚMERO --to BANCO");
}

async function add(
  context: CommandContext,
  [name, ...more]: readonly string[],
  given: ParsedArgs,
): Promise<number> {
  const usage = (says: string) => new UsageError("company", says);
  if (name === undefined || name.trim() === "" || name.length > 120 || more.length > 0)
    throw usage("Informe o nome da empresa, entre aspas, com até 120 caracteres");
  const adminEmail = textOf(given.admin)?.trim().toLowerCase() ?? "";
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(adminEmail) || adminEmail.length > 254)
    throw usage("Informe em --admin o e-mail de quem administra a empresa");
  const environment = textOf(given.environment) ?? "production";
  if (environment !== "production" && environment !== "homologation")
    throw usage("--environment deve ser production ou homologation");
  const cnpjs = (textOf(given.cnpj) ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(unmasked);
  const wrong = cnpjs.find((cnpj) => !isCnpj(cnpj));
  if (wrong !== undefined) throw usage(`Este CNPJ não é válido: ${wrong}`);
  const asked = { name: name.trim(), cnpjs: [...new Set(cnpjs)], environment, adminEmail } as const;
  const made = await withDatabase(configOf(context), (ports) => addCompany(ports, asked));
  if (asksJson(given)) {
    const { id, generatedPassword: password } = made;
    context.out.line(
      JSON.stringify({ id, ...asked, admin: adminEmail, adminEmail: undefined, password }),
    );
    return 0;
  }
  context.err.line(`Empresa ${made.id} criada: ${asked.name}`);
  if (made.generatedPassword === null)
    context.err.line(`${adminEmail} já tinha acesso à instalação e entra com a senha que tem`);
  else {
    context.err.line(`Senha de ${adminEmail}, mostrada só agora:`);
    context.out.line(made.generatedPassword);
  }
  return 0;
}

async function list(context: CommandContext, given: ParsedArgs): Promise<number> {
  const data: unknown[] = [];
  await withDatabase(configOf(context), async (ports) => {
    let after = 0;
    for (;;) {
      const page = await listCompanies(ports, after, PAGE);
      for (const { id, name, cnpjs, environment, users } of page)
        if (asksJson(given)) data.push({ id, name, cnpjs, environment, users });
        else context.out.line([id, name, cnpjs.join(","), environment, users].join("\t"));
      if (page.length < PAGE) return;
      after = page.at(-1)?.id ?? after;
    }
  });
  if (asksJson(given)) context.out.line(JSON.stringify({ data }));
  return 0;
}

const STEPS: Readonly<Record<string, string>> = {
  clear: "prepara o lugar",
  copy: "copia",
  freeze: "suspende as gravações da empresa e copia o resto",
  verify: "confere",
  switch: "passa a valer lá",
  finish: "termina",
};

/** Moves a company to another database, goes on with an interrupted move, or gives it up (--abort). */
async function move(
  context: CommandContext,
  [id, ...more]: readonly string[],
  given: ParsedArgs,
): Promise<number> {
  const usage = (says: string) => new UsageError("company", says);
  if (id === undefined || !/^[1-9]\d{0,14}$/.test(id) || more.length > 0)
    throw usage("Informe o número da empresa (sge company list)");
  const company = Number(id);
  const to = textOf(given.to);
  const gives = flagOf(given.abort) ?? false;
  if (gives === (to !== undefined)) throw usage("Informe --to BANCO, ou --abort");
  const runner = thisRunner();
  return withHomes(configOf(context), async (ports) => {
    if (to === undefined) {
      await abortMove(ports, company, runner);
      if (asksJson(given)) context.out.line(JSON.stringify({ id: company, moved: false }));
      context.err.line(`A empresa ${company} fica onde estava`);
      return 0;
    }
    const moved = await moveCompany(ports, company, to, runner, (step) =>
      context.err.line(`Empresa ${company}: ${STEPS[step] ?? step}`),
    );
    if (asksJson(given)) context.out.line(JSON.stringify({ id: company, home: to, moved }));
    context.err.line(
      moved ? `Empresa ${company} está em ${to}` : `A empresa ${company} já estava em ${to}`,
    );
    return 0;
  });
}

/** This process, as the directory names who moves; of another one on this machine it is known whether it has ended. */
function thisRunner(): Runner {
  const here = hostname();
  return {
    name: `${here}:${process.pid}:${newId()}`,
    hasEnded(other) {
      const [, host, pid] = /^(.*):(\d+):[^:]+$/.exec(other) ?? [];
      return host === here && !isRunning(Number(pid));
    },
  };
}
