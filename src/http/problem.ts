import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Failure } from "../failures.ts";
import { grouped, megabytes } from "../lib/amount.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import { sayOther } from "../nfe/other-documents.ts";
import type { Env } from "./env.ts";
import type { HttpFailure } from "./failures.ts";
import { TITLES } from "./titles.ts";

/** What the domain may fail with, and what a request may before it gets there. */
type Sayable = Failure | HttpFailure;

/** Status and sentence (Portuguese, for people) of every failure. A failure without a row here does not compile. */
const SAY = {
  "nfe.malformed_xml": [422, "O arquivo não é um XML bem formado"],
  "nfe.not_an_nfe": [422, "O XML não é uma NF-e"],
  "nfe.invalid": [422, "A NF-e tem campos ausentes ou fora do leiaute"],
  "nfe.access_key": [422, "A chave de acesso não é válida"],
  "nfe.many_notes": [422, "O arquivo traz várias notas; envie-o em /api/nfe/batch"],
  "nfe.duplicate": [409, "Esta NF-e já foi registrada"],
  "nfe.event_differs": [
    409,
    "Outro evento do mesmo tipo e sequência, com outro conteúdo, já foi registrado para esta nota",
  ],
  "nfe.event_not_found": [404, "Evento não encontrado"],
  "nfe.not_found": [404, "Nota fiscal não encontrada"],
  "original.missing": [
    500,
    "A nota está registrada, mas o XML original dela não está mais guardado",
  ],
  "original.damaged": [500, "O XML original guardado foi danificado e não pode ser entregue"],
  "file.damaged": [500, "O arquivo guardado foi danificado e não pode ser entregue"],
  "nfe.unreadable": [
    409,
    "O XML guardado desta nota não é mais aceito e ela não pode ser avaliada de novo; descarte-a e peça ao emitente o XML correto",
  ],
  "nfe.held": [409, "A nota tem pendências e não pode entrar no estoque"],
  "nfe.final": [409, "A situação da nota não permite esta operação"],
  "nfe.correction": [422, "Há correções inválidas para esta nota"],
  "nfe.override_denied": [409, "Estas pendências não podem ser liberadas"],
  too_large: [413, "O documento excede 10 MB"],
  unsupported_media_type: [415, "O conteúdo enviado não é XML"],
  malformed_multipart: [400, "O formulário multipart está malformado"],
  "upload.missing_file": [400, "Falta o arquivo no formulário"],
  "batch.too_large": [413, "O lote de arquivos excede o limite"],
  "batch.malformed_zip": [422, "O arquivo ZIP está corrompido"],
  "batch.unreadable_entry": [422, "O arquivo dentro do ZIP não pode ser lido"],
  "batch.winmail": [
    422,
    "O Outlook enviou os anexos dentro de um winmail.dat, que não pode ser aberto aqui; peça ao remetente que envie o XML como anexo comum (mensagem em HTML ou texto sem formatação)",
  ],
  "batch.bytes_missing": [500, "O arquivo guardado para este processamento não existe mais"],
  "batch.dry_run_async": [422, "dry_run=true é respondido na hora; envie sem async=true"],
  "export.not_found": [404, "Exportação não encontrada"],
  "export.not_ready": [409, "O arquivo da exportação não está pronto"],
  "export.range": [416, "O intervalo pedido começa depois do fim do arquivo"],
  "job.not_found": [404, "Processamento não encontrado"],
  "job.too_many": [429, "Limite de processamentos em andamento atingido; aguarde"],
  "job.nothing_parked": [409, "Nenhum documento com falha neste processamento"],
  "product.not_found": [404, "Produto não encontrado"],
  "stock.insufficient": [400, "Estoque insuficiente"],
  "stock.out_of_range": [422, "A quantidade ou o saldo excede o limite do sistema"],
  "auth.required": [401, "Autenticação necessária"],
  "auth.invalid_token": [401, "O token não é válido ou expirou"],
  "auth.invalid_credentials": [401, "E-mail ou senha inválidos"],
  "auth.wrong_password": [400, "A senha atual não confere"],
  "auth.forbidden": [403, "Seu perfil não permite esta operação"],
  "auth.weak_password": [400, "A nova senha não é aceita"],
  "key.not_found": [404, "Chave de API não encontrada"],
  "key.too_many": [409, "A empresa já tem o número máximo de chaves de API"],
  "key.expiry_past": [400, "A validade da chave deve estar no futuro"],
  "events.expired": [410, "Os eventos seguintes a este ponto não estão mais disponíveis"],
  "metrics.many_companies": [
    403,
    "Há várias empresas nesta instalação, e as métricas são de todas; use METRICS_TOKEN",
  ],
  rate_limited: [429, "Muitas requisições; tente de novo em instantes"],
  "export.interrupted": [500, "A exportação foi interrompida"],
  overloaded: [503, "O serviço está sobrecarregado; tente de novo em instantes"],
  share_exceeded: [429, "Limite de uso simultâneo por usuário atingido"],
  deadline: [504, "Tempo esgotado; antes de repetir, verifique se a operação foi gravada"],
  "storage.full": [503, "Não há espaço para gravar"],
  "storage.gone": [
    503,
    "O banco de dados não é mais o que estava em uso, e nada está sendo gravado; avise o responsável pelo serviço",
  ],
  "storage.damaged": [
    503,
    "O banco de dados está danificado, e nada está sendo gravado; avise o responsável pelo serviço",
  ],
  "storage.outdated": [
    503,
    "O banco de dados é de uma versão anterior do serviço e aguarda as migrações",
  ],
  "storage.read_only": [503, "O banco de dados está em modo somente leitura"],
  "storage.unknown": [
    504,
    "A conexão com o banco caiu durante a gravação; antes de repetir, verifique se a operação foi gravada",
  ],
  not_configured: [503, "O serviço não está configurado"],
  "storage.rejected": [500, "O banco de dados recusou a gravação"],
  "mail.senders": [400, "A lista de remetentes tem uma entrada que não é endereço nem domínio"],
  "mail.incomplete": [400, "Falta o servidor, o usuário ou a senha da caixa de e-mail"],
  "mail.password_again": [
    400,
    "A senha salva só vale para o servidor, a porta, o usuário e o TLS com que foi salva; digite-a de novo",
  ],
  "mail.not_supported": [
    501,
    "Este servidor não consulta caixas de e-mail (IMAP); envie as notas ao endereço da empresa",
  ],
  "mail.no_domain": [501, "O serviço não tem um domínio para e-mail (MAIL_DOMAIN)"],
  "mail.unknown_address": [404, "Endereço desconhecido"],
  "mail.sender": [403, "Remetente não autorizado"],
  "mail.unproven": [403, "A origem da mensagem não foi comprovada"],
  "mail.too_large": [413, "Mensagem grande demais"],
  "mail.malformed": [422, "Mensagem malformada"],
  "mail.empty": [422, "Mensagem sem anexos"],
  "mail.no_document": [422, "Nenhum anexo da mensagem é uma NF-e"],
  "mailbox.unreachable": [400, "Nenhum servidor IMAP respondeu; confira endereço, porta e TLS"],
  "mailbox.tls": [
    400,
    "Não houve conexão segura com o servidor de e-mail; confira a porta e o certificado",
  ],
  "mailbox.login": [400, "O servidor de e-mail recusou o usuário ou a senha"],
  "mailbox.folder": [400, "A pasta não existe no servidor de e-mail"],
  "mailbox.private": [
    400,
    "O endereço é de uma rede interna, e este serviço só se conecta a servidores da Internet (MAIL_ALLOW_PRIVATE)",
  ],
  "profiler.busy": [409, "Já há um perfil de desempenho em andamento"],
  "request.malformed_json": [400, "O corpo da requisição não é um JSON válido"],
  "request.invalid_encoding": [422, "O endereço contém bytes que não são UTF-8"],
  "request.invalid_host": [400, "O cabeçalho Host não é válido"],
} as const satisfies Record<Sayable["code"], readonly [ContentfulStatusCode, string]>;

/** Members of a failure that stay inside. */
const INSIDE = new Set([
  "code",
  "why",
  "retryAfterS",
  "constraint",
  "what",
  "permission",
  "role",
  "maxBytes",
  "where",
  "file",
]);

/** Sentences of the statuses that hono itself or the routing answers with. */
const HTTP_SAY: Record<number, readonly [string, string]> = {
  400: ["http.bad_request", "A requisição não pôde ser lida"],
  401: ["auth.required", "Autenticação necessária"],
  403: ["auth.forbidden", "Seu perfil não permite esta operação"],
  404: ["http.not_found", "Recurso não encontrado"],
  405: ["http.method_not_allowed", "O método não é aceito neste endereço"],
  413: ["too_large", "O corpo da requisição é grande demais"],
  415: ["unsupported_media_type", "O tipo do conteúdo não é aceito"],
  503: ["overloaded", "O serviço está sobrecarregado; tente de novo em instantes"],
};

/** One RFC 9457 answer; `error` repeats `detail`, because clients of S.G.E. read it. */
export function problem(
  c: Context<Env>,
  status: ContentfulStatusCode,
  code: string,
  detail: string,
  evidence: Record<string, unknown> = {},
): Response {
  c.set("problemCode", code);
  return c.body(
    JSON.stringify({
      // RFC 9457, 4.2.1: nothing to read elsewhere; `code` tells problems apart.
      type: "about:blank",
      title: TITLES[status] ?? "Erro",
      status,
      detail,
      error: detail,
      code,
      instance: c.req.path,
      request_id: c.var.requestId ?? null,
      ...evidence,
    }),
    status,
    { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" },
  );
}

/** Says a typed failure on the wire; used for whole answers and for the lines of a batch. */
export function sayFailure(failure: Sayable): {
  status: ContentfulStatusCode;
  detail: string;
  evidence: Record<string, unknown>;
} {
  const [status, sentence] = SAY[failure.code];
  // RFC 9457 keeps `status` for the number; what a note has become stands beside it.
  const evidence = Object.fromEntries(
    Object.entries(failure)
      .filter(([name]) => !INSIDE.has(name))
      .map(([name, value]) => [name === "status" ? "note_status" : name, value]),
  );
  return { status, detail: detailOf(failure, sentence), evidence };
}

function detailOf(failure: Sayable, sentence: string): string {
  switch (failure.code) {
    case "nfe.malformed_xml":
      return failure.line === undefined
        ? `${sentence}: ${failure.why}`
        : `${sentence}: ${failure.why} (linha ${failure.line}, coluna ${failure.column ?? 1})`;
    case "nfe.not_an_nfe":
      return `${sentence}: ${notAnNfe(failure)}`;
    case "nfe.access_key":
      return `${sentence}: ${{ length: "deve ter 44 caracteres", charset: "há caracteres fora do padrão", check_digit: "o dígito verificador não confere" }[failure.why]}`;
    case "nfe.held":
      return `${sentence}. ${failure.holds.map((hold) => hold.message).join(" ")}`;
    case "stock.insufficient":
      return `${sentence} de ${failure.product_code}: saldo ${failure.balance.replace(".", ",")}, pedido ${failure.requested.replace(".", ",")}`;
    case "share_exceeded":
      return `${sentence}: ${{ requests: "requisições", bodies: "arquivos em envio", streams: "conexões de eventos", downloads: "downloads" }[failure.what]} (máximo ${failure.what === "bodies" ? megabytes(failure.limit) : grouped(failure.limit)})`;
    case "request.malformed_json":
      return `${sentence}: ${whyNoJson(failure)}`;
    case "request.invalid_encoding":
      return `${sentence} (${failure.where}); escreva-o em UTF-8`;
    case "unsupported_media_type":
      return `${sentence}: ${failure.hint}`;
    case "malformed_multipart":
    case "batch.malformed_zip":
    case "auth.weak_password":
      return `${sentence}: ${failure.why}`;
    case "batch.unreadable_entry":
      return `${sentence}: ${{ encrypted: "está protegido por senha", nested_zip: "é um ZIP dentro do ZIP", corrupt: "está corrompido", unsupported: "foi compactado por um método desconhecido" }[failure.why]}`;
    case "batch.too_large":
      return `${sentence}: ${{ documents: "documentos", entries: "arquivos no ZIP", sent: "tamanho enviado", inflated: "tamanho descompactado", ratio: "taxa de compressão", entry: "tamanho de um arquivo" }[failure.what]} (máximo ${["sent", "inflated", "entry"].includes(failure.what) ? megabytes(failure.limit) : grouped(failure.limit)})`;
    default:
      return sentence;
  }
}

function whyNoJson(fault: Extract<HttpFailure, { code: "request.malformed_json" }>): string {
  switch (fault.why) {
    case "empty":
      return "está vazio";
    case "not_utf8":
      return "não está em UTF-8";
    case "duplicate":
      return `o campo ${fault.path} aparece duas vezes`;
    default:
      return `${{ syntax: "erro de sintaxe", too_deep: "há níveis demais", too_many: "há valores demais" }[fault.why]} na linha ${fault.line}, coluna ${fault.column}`;
  }
}

function notAnNfe({ got, document_type }: Extract<Failure, { code: "nfe.not_an_nfe" }>): string {
  if (document_type === undefined) return `o arquivo é ${got}`;
  const { is, instead } = sayOther(document_type, got);
  return instead === null ? `é ${is}` : `é ${is}; ${instead}`;
}

/** Said with 503, and does not pass by itself. */
const STAYS: ReadonlySet<string> = new Set(["not_configured", "storage.gone", "storage.damaged"]);

/** What failed, also where drizzle has wrapped what its client threw. */
const failedIn = (error: Error): Failed | null =>
  error instanceof Failed ? error : error.cause instanceof Failed ? error.cause : null;

/** The table's one exit for everything thrown in a request (`app.onError`). */
export function toProblem(error: Error, c: Context<Env>): Response {
  const failed = failedIn(error);
  if (failed !== null) {
    // Only our own flows construct Failed, and only with what can be said.
    const failure = trusted<Sayable>(failed.failure);
    const { status, detail, evidence } = sayFailure(failure);
    if ("retryAfterS" in failure)
      c.header("retry-after", String(Math.max(1, Math.ceil(failure.retryAfterS))));
    // 503 is said of load and weather, and once for each refusal: worth a line, not an alarm.
    const passes = status === 503 && !STAYS.has(failure.code);
    if (status >= 500)
      c.var.ports?.log(passes ? "warn" : "error", "request.failed", {
        code: failure.code,
        ...(failure.code === "not_configured" ? { why: failure.why ?? null } : {}),
        request_id: c.var.requestId,
        trace_id: c.var.ports.trace.id,
      });
    return problem(c, status, failure.code, detail, evidence);
  }
  if (error instanceof HTTPException) return httpProblem(c, error.status);
  if (hasLeft(c, error)) return new Response(null, { status: CLIENT_LEFT });
  c.var.ports?.log("error", "request.crashed", {
    name: error.name,
    where: whereOf(error),
    request_id: c.var.requestId,
    trace_id: c.var.ports.trace.id,
  });
  return problem(c, 500, "internal", "Ocorreu um erro interno");
}

/** The status of a request whose client did not wait for the answer (nginx's 499); only the log and the metrics see it. */
export const CLIENT_LEFT = 499;

/** Whether the work was given up because the client had gone: no fault of ours, and nobody is there to be answered. */
function hasLeft(c: Context<Env>, error: Error): boolean {
  const signal = c.var.request?.signal;
  return signal?.aborted === true && (error === signal.reason || error.name === "AbortError");
}

/** The function and line of our own that threw; never the message, which may hold what was sent. */
const whereOf = (error: Error): string | null =>
  /^\s+at (.*\/src\/.*)$/m.exec(error.stack ?? "")?.[1]?.replace(/\S*(?=\/src\/)/, "") ?? null;

/** A bare status as a problem: unknown path, wrong method, body limit, malformed JSON. */
export function httpProblem(c: Context<Env>, status: ContentfulStatusCode): Response {
  const [code, detail] = HTTP_SAY[status] ?? [`http.${status}`, TITLES[status] ?? "Erro"];
  return problem(c, status, code, detail);
}
