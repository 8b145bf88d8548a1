import { parseConfig } from "../../config.ts";
import { readCertificate } from "../../nfe/signature/certificate.ts";
import { certificatesOf } from "../../platform/bun/network/certificates.ts";
import { bunSefaz } from "../../platform/bun/sefaz/caller.ts";
import { bunPfx } from "../../platform/bun/sefaz/pfx.ts";
import type { OpenCertificate } from "../../ports/sefaz.ts";
import { addressOf } from "../../sefaz/hosts.ts";
import { CredentialMissing, connect } from "../service/connect.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { asksJson, printAnswer } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { exitCode } from "../terminal/exit-codes.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";
import { type AgentLine, runAgent } from "./sefaz-agent.ts";
import type { AgentCertificate } from "./sefaz-statements.ts";

/** `sge sefaz`: how far notes were fetched, and the agent that fetches them with a certificate of this machine. */
export async function runSefaz(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what, file, ...more] = given._;
  const usage = (says: string) => new UsageError("sefaz", says);
  if (what === "status" && file === undefined)
    return withConnection(terminal, given, "read", (service) => status(terminal, given, service));
  if (what !== "run") throw usage("Use sge sefaz status ou run");
  if (file === undefined || more.length > 0) throw usage("Informe o arquivo do certificado (.pfx)");
  const certificate = await openedFile(terminal, file);
  const signing = await signingOf(certificate, file);
  const config = parseConfig(terminal.env);
  const caller = bunSefaz({
    addressOf: (...asked) => addressOf(...asked, config.SEFAZ_URLS),
    ca: await certificatesOf("SEFAZ_CA", config.SEFAZ_CA),
  });
  const once = flagOf(given.once) === true;
  const signal = terminal.interrupted();
  const where = {
    url: textOf(given.url),
    email: textOf(given.email),
    company: textOf(given.company),
  };
  const service = await connect(where, terminal, "server");
  try {
    const options = {
      cnpjs: textOf(given.cnpj)?.split(",") ?? null,
      once,
      signal,
      signing,
      monotonic: () => performance.now(),
    };
    const isGood = await runAgent(service, caller, certificate, options, (line) =>
      print(terminal, given, line),
    );
    if (signal.aborted) return once ? exitCode("interrupted") : 0;
    return isGood ? 0 : exitCode("refused");
  } finally {
    await service.close();
  }
}

const MOST_BYTES = 1_048_576;

/** The certificate with its password: SGE_CERTIFICATE_PASSWORD, or asked for at a terminal. Neither leaves this process. */
async function openedFile(
  { env, asksPerson, secret }: Terminal,
  path: string,
): Promise<OpenCertificate> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new Error(`Não há o arquivo ${path}`);
  const pfx = await file.bytes();
  if (pfx.length > MOST_BYTES) throw new Error(`${path} é grande demais para um certificado`);
  const known = env.SGE_CERTIFICATE_PASSWORD;
  if (known !== undefined && known !== "") return { pfx, passphrase: known };
  if (!asksPerson)
    throw new CredentialMissing("Informe a senha do certificado em SGE_CERTIFICATE_PASSWORD");
  return { pfx, passphrase: await secret(`Senha de ${path}: `) };
}

/** What signs statements; null: the file has nothing that does, and notes alone are fetched. Throws for a wrong password. */
async function signingOf(open: OpenCertificate, path: string): Promise<AgentCertificate | null> {
  const contents = await bunPfx(undefined).open(open);
  if (!contents.ok) {
    if (contents.error === "passphrase") throw new Error(`A senha não abre ${path}`);
    if (contents.error === "not_pkcs12") throw new Error(`${path} não é um certificado A1 (PFX)`);
    return null;
  }
  const { key: pkcs8, certificate } = contents.value;
  const cnpj = readCertificate(certificate)?.cnpj ?? null;
  return cnpj === null ? null : { open, key: { pkcs8, certificate }, cnpj };
}

async function status({ out }: Terminal, given: ParsedArgs, { api }: Service): Promise<number> {
  const { data } = await bodyOf(api.api.sefaz.$get());
  printAnswer(out, given, {
    document: { data },
    lines(screen) {
      const columns = [
        { title: "CNPJ" },
        { title: "UF" },
        { title: "NSU" },
        { title: "Até" },
        { title: "Próxima consulta" },
        { title: "Última resposta", most: 50 },
      ];
      const rows = data.map((one) => [
        one.cnpj,
        one.uf,
        String(one.ult_nsu),
        String(one.max_nsu),
        one.next_at === null ? "desligada" : moment(one.next_at),
        one.last_answer === null
          ? "nenhuma"
          : `${one.last_answer.code} ${one.last_answer.text ?? ""}`,
      ]);
      for (const line of table(screen, columns, rows)) screen.line(line);
    },
  });
  return 0;
}

function print({ out }: Terminal, given: ParsedArgs, line: AgentLine): void {
  const at = new Date().toISOString();
  if (asksJson(given)) {
    out.line(JSON.stringify({ at, ...line }));
    return;
  }
  const isBad =
    line.event === "offline" ||
    ((line.event === "called" || line.event === "stated") && line.fault !== undefined);
  out.line(`${at.slice(0, 19)}Z ${paint(out, isBad ? "yellow" : "green", sentenceOf(line))}`);
}

const STATED: Readonly<Record<string, string>> = {
  done: "registrada",
  refused: "recusada pela SEFAZ",
  paused: "será tentada de novo",
  late: "outro processo a faz",
};

function sentenceOf(line: AgentLine): string {
  switch (line.event) {
    case "waiting":
      return line.until === null
        ? "nenhum CNPJ está ligado (PATCH /api/sefaz)"
        : `nada a consultar até ${moment(line.until)}`;
    case "called":
      return line.fault === undefined
        ? `${line.cnpj}: ${line.documents} documentos, ${line.announced} notas anunciadas, ${line.parked} ilegíveis (${line.outcome})`
        : `${line.cnpj}: a SEFAZ não respondeu (${line.fault.kind})`;
    case "stated":
      return line.fault === undefined
        ? `manifestação ${line.type} de ${line.access_key}: ${STATED[line.outcome] ?? line.outcome}`
        : `manifestação ${line.type} de ${line.access_key}: a SEFAZ não respondeu (${line.fault.kind})`;
    case "offline":
      return `o serviço não responde, espero por ele: ${line.message}`;
    case "stopped":
      return "fim";
  }
}
