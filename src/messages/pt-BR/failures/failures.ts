import type { Failure, FailureOf } from "../../../failures.ts";
import { grouped, megabytes } from "../../../lib/amount.ts";
import { trusted } from "../../../lib/cast.ts";
import type { OtherDocument } from "../../../nfe/other-documents.ts";
import { otherDocumentName } from "../documents/other-documents.ts";
import { xmlReason } from "../documents/xml-reasons.ts";
import { CERTIFICATE_SENTENCES } from "./certificate-failures.ts";
import { writtenImportError } from "./import-errors.ts";
import { MOVE_SENTENCES } from "./move-failures.ts";
import { SEFAZ_SENTENCES } from "./sefaz-failures.ts";
import { WEBHOOK_SENTENCES } from "./webhook-failures.ts";

/** Why a product fits into no line of the SPED, by the field `why`. */
const UNFIT: Readonly<
  Record<FailureOf<"inventory.unfit_products">["products"][number]["why"], string>
> = {
  code: "o código tem mais de 60 caracteres, o sinal | ou um caractere que o SPED não aceita",
  unit: "a unidade está vazia, tem mais de 6 caracteres, o sinal | ou um caractere que o SPED não aceita",
  quantity_too_small: "a quantidade é zero em três casas",
  negative_quantity: "o saldo é negativo",
  negative_value: "o valor é negativo",
  value_without_quantity: "há valor sem saldo",
};

const brazilianDay = (day: string): string => day.split("-").reverse().join("/");
const withComma = (quantity: string): string => quantity.replace(".", ",");

/** The sentence of a failure, without a full stop: a reason may follow it. */
export function failureSentence(failure: Failure): string {
  const sentence = SENTENCES[failure.code];
  if (typeof sentence === "string") return sentence;
  // The table's type pairs each code with the function of its own failure.
  return trusted<(of: Failure) => string>(sentence)(failure);
}

/** Reasons that only a document in a service's answer has. */
const CONTAINED: ReadonlySet<string> = new Set(["base64", "gzip", "nested_container"]);

/** A failure without a sentence does not compile. */
const SENTENCES: {
  readonly [C in Failure["code"]]: string | ((failure: FailureOf<C>) => string);
} = {
  "nfe.malformed_xml": ({ why, value, line, column }) =>
    line === undefined
      ? `O arquivo não é um XML bem formado: ${xmlReason(why, value)}`
      : `O arquivo não é um XML bem formado: ${xmlReason(why, value)} (linha ${line}, coluna ${column ?? 1})`,
  "nfe.not_an_nfe": ({ got, document_type }) =>
    `O XML não é uma NF-e: ${notAnNfe(got, document_type)}`,
  "nfe.invalid": "A NF-e tem campos ausentes ou fora do leiaute",
  "nfe.access_key": ({ why }) =>
    `A chave de acesso não é válida: ${{ length: "deve ter 44 caracteres", charset: "há caracteres fora do padrão", check_digit: "o dígito verificador não confere" }[why]}`,
  "nfe.many_notes": "O arquivo traz várias notas; envie-o em /api/nfe/batch",
  "nfe.duplicate": "Esta NF-e já foi registrada",
  "nfe.event_differs":
    "Outro evento do mesmo tipo e sequência, com outro conteúdo, já foi registrado para esta nota",
  "nfe.event_not_found": "Evento não encontrado",
  "nfe.not_found": "Nota fiscal não encontrada",
  "original.missing": "A nota está registrada, mas o XML original dela não está mais guardado",
  "original.damaged": "O XML original guardado foi danificado e não pode ser entregue",
  "file.damaged": "O arquivo guardado foi danificado e não pode ser entregue",
  "nfe.unreadable":
    "O XML guardado desta nota não é mais aceito e ela não pode ser avaliada de novo; descarte-a e peça ao emitente o XML correto",
  "nfe.not_printable": ({ why }) =>
    why === "too_long"
      ? "Os textos desta nota não cabem em um DANFE; baixe o XML"
      : "O XML guardado desta nota não é mais aceito e ela não pode ser impressa; baixe o XML",
  "nfe.held": ({ holds }) =>
    `A nota tem pendências e não pode entrar no estoque. ${holds.map(({ message }) => message).join(" ")}`,
  "nfe.final": "A situação da nota não permite esta operação",
  "nfe.has_returns": ({ returns }) =>
    `Há devoluções desta nota no estoque; estorne-as antes: ${returns.join(", ")}`,
  "nfe.correction": "Há correções inválidas para esta nota",
  "nfe.override_denied": "Estas pendências não podem ser liberadas",
  "nfe.no_entries": "Nenhuma mercadoria destes itens da nota entrou no estoque",
  "late_cost.not_found": "Custo posterior não encontrado nesta nota",
  "late_cost.differs": ({ amount }) =>
    `Este documento já foi lançado nesta nota com outro valor (${withComma(amount)}); estorne-o antes`,
  "movement.in_future": "A data do movimento está no futuro",
  "movement.before_first": "A data do movimento é anterior ao primeiro movimento da empresa",
  "late_cost.date": "A data do custo deve estar entre a da entrada das mercadorias e a de hoje",
  "late_cost.too_many": ({ limit }) => `A nota já tem ${limit} custos posteriores`,
  too_large: "O documento excede 10 MB",
  unsupported_media_type: ({ hint }) => `O conteúdo enviado não é XML: ${hint}`,
  malformed_multipart: ({ why }) => `O formulário multipart está malformado: ${why}`,
  "upload.missing_file": "Falta o arquivo no formulário",
  "batch.too_large": ({ what, limit }) =>
    `O lote de arquivos excede o limite: ${{ documents: "documentos", entries: "arquivos no ZIP", sent: "tamanho enviado", inflated: "tamanho descompactado", ratio: "taxa de compressão", entry: "tamanho de um arquivo" }[what]} (máximo ${["sent", "inflated", "entry"].includes(what) ? megabytes(limit) : grouped(limit)})`,
  "batch.malformed_zip": ({ why }) => `O arquivo ZIP está corrompido: ${why}`,
  "batch.unreadable_entry": ({ why }) =>
    `O arquivo dentro do ${CONTAINED.has(why) ? "retorno" : "ZIP"} não pode ser lido: ${{ encrypted: "está protegido por senha", nested_zip: "é um ZIP dentro do ZIP", corrupt: "está corrompido", unsupported: "foi compactado por um método desconhecido", base64: "não está em base64", gzip: "não é um gzip íntegro", nested_container: "é um retorno ou um arquivo compactado, que não é aberto dentro de outro" }[why]}`,
  "batch.winmail":
    "O Outlook enviou os anexos dentro de um winmail.dat, que não pode ser aberto aqui; peça ao remetente que envie o XML como anexo comum (mensagem em HTML ou texto sem formatação)",
  "batch.bytes_missing": "O arquivo guardado para este processamento não existe mais",
  "batch.dry_run_async": "dry_run=true é respondido na hora; envie sem async=true",
  "export.not_found": "Exportação não encontrada",
  "export.not_ready": "O arquivo da exportação não está pronto",
  "export.range": "O intervalo pedido começa depois do fim do arquivo",
  "report.too_many_notes": ({ limit }) =>
    `O período tem mais de ${grouped(limit)} notas; peça um período menor`,
  "report.too_many_movements": ({ limit }) =>
    `O período tem mais de ${grouped(limit)} movimentos; peça um período menor`,
  "inventory.date_in_future": ({ date, today }) =>
    `O inventário de ${brazilianDay(date)} ainda não existe: hoje é ${brazilianDay(today)}`,
  "inventory.before_first_movement": ({ date }) =>
    `Não há movimento com data até ${brazilianDay(date)}`,
  "inventory.unfit_products": ({ count, products }) =>
    `Nas linhas do SPED não ${count === 1 ? "cabe um produto" : `cabem ${grouped(count)} produtos`}; corrija ou peça o arquivo com skip_unfit=true: ${products.map(({ product_code, why }) => `${product_code} (${UNFIT[why]})`).join(", ")}`,
  "job.not_found": "Processamento não encontrado",
  "job.too_many": "Limite de processamentos em andamento atingido; aguarde",
  "job.nothing_parked": "Nenhum documento com falha neste processamento",
  "product.not_found": "Produto não encontrado",
  "product.exists": ({ product_code, active }) =>
    active
      ? `Já existe um produto com o código ${product_code}`
      : `Já existe um produto com o código ${product_code}, inativo; reative-o em vez de criar outro`,
  "product.changed": ({ product_code, version }) =>
    `O produto ${product_code} foi alterado depois de lido (versão ${version}); leia-o de novo antes de alterar`,
  "product.barcode": ({ barcode }) =>
    `O código de barras ${barcode} não é válido: deve ter 8, 12, 13 ou 14 dígitos, e o último é verificador`,
  "product.barcode_taken": ({ barcode, taken_by }) =>
    `O código de barras ${barcode} já é do produto ${taken_by}`,
  "product.category": ({ category_id }) => `A categoria ${category_id} não existe`,
  "product.in_stock": ({ product_code, balance }) =>
    `O produto ${product_code} tem saldo ${withComma(balance)} e não pode ser desativado; zere o saldo antes`,
  "category.not_found": "Categoria não encontrada",
  "category.name_taken": ({ name }) => `Já existe uma categoria com o nome ${name}`,
  "category.too_many": ({ limit }) =>
    `A empresa já tem o número máximo de categorias (${grouped(limit)})`,
  "category.in_use": ({ products, categories }) =>
    `A categoria está em uso e não pode ser excluída: ${[
      ...(products === 0 ? [] : [products === 1 ? "1 produto" : `${grouped(products)} produtos`]),
      ...(categories === 0
        ? []
        : [categories === 1 ? "1 subcategoria" : `${grouped(categories)} subcategorias`]),
    ].join(" e ")}`,
  "category.parent": ({ parent_id, limit }) =>
    `A categoria ${parent_id} não pode ser a superior desta: ela não existe, está abaixo desta, ou haveria mais de ${limit} níveis`,
  "stock.insufficient": ({ product_code, balance, requested }) =>
    `Estoque insuficiente de ${product_code}: saldo ${withComma(balance)}, pedido ${withComma(requested)}`,
  "stock.lot_insufficient": ({ product_code, lot, balance, requested }) =>
    `O lote ${lot} de ${product_code} não tem a quantidade: saldo ${withComma(balance)}, pedido ${withComma(requested)}`,
  "lot.not_found": "Lote não encontrado",
  "movement.not_found": "Movimento não encontrado",
  "movement.of_note":
    "O movimento é de uma nota fiscal ou de um evento dela; estorne a nota ou retire o evento",
  "movement.is_reversal": "O movimento já é um estorno e não pode ser estornado",
  "supplier_item.not_found":
    "Nenhuma nota e nenhum de-para tem este código do fornecedor nesta unidade",
  "import.invalid_lines": ({ count, errors }) =>
    `O arquivo tem ${grouped(count)} ${count === 1 ? "erro" : "erros"} e nada foi gravado: ${errors
      .slice(0, 5)
      .map((error) => `linha ${error.line}, ${writtenImportError(error).message}`)
      .join("; ")}`,
  "import.too_many_lines": ({ limit }) =>
    `O arquivo tem linhas demais (máximo ${grouped(limit)}); divida-o`,
  "units.conflict": ({ items }) =>
    `Com estas unidades, o mesmo código de um fornecedor teria dois produtos ou fatores: ${items
      .slice(0, 5)
      .map(({ code, unit }) => `${code} (${unit})`)
      .join(", ")}`,
  "movement.bad_lines": ({ lines }) =>
    `O lote tem ${lines.length === 1 ? "uma linha que não pode ser lançada" : `${lines.length} linhas que não podem ser lançadas`}; nada foi gravado: ${lines
      .slice(0, 5)
      .map(({ line, failure }) => `linha ${line + 1}: ${failureSentence(failure)}`)
      .join("; ")}`,
  "movement.of_count":
    "O movimento é a diferença de uma contagem e não pode ser estornado; conte o produto de novo",
  "count.closed_over": ({ product_code }) =>
    `O produto ${product_code} foi contado depois: o que é anterior à contagem não pode mais mudar`,
  "count.not_found": "Contagem não encontrada",
  "count.overlaps": ({ name }) =>
    `A contagem “${name}” está aberta e tem produtos em comum com esta`,
  "count.too_many": ({ limit }) =>
    `Há contagens abertas demais (máximo ${limit}); feche ou cancele uma delas`,
  "count.empty_scope":
    "Não há produto ativo a contar: escolha outra categoria, outro local ou outros produtos",
  "count.not_open": "A contagem não está mais aberta",
  "count.too_many_lines": ({ limit }) =>
    `A contagem excede o limite de linhas (máximo ${grouped(limit)})`,
  "count.key_reused": "A chave Idempotency-Key já foi usada nesta contagem com outras linhas",
  "idempotency.invalid_key":
    "A chave Idempotency-Key deve ter de 1 a 200 caracteres visíveis, sem acentos nem espaços",
  "idempotency.mismatch": "A chave Idempotency-Key já foi usada com outra requisição",
  "idempotency.in_progress":
    "A primeira requisição com esta chave Idempotency-Key ainda não terminou",
  "idempotency.answer_lost":
    "A requisição com esta chave Idempotency-Key já foi executada, e a resposta não está guardada; consulte o que ela fez",
  "count.line_not_found": "Linha da contagem não encontrada",
  "count.line_settled": "A linha já tem produto, ou foi desfeita",
  "count.outside_scope": ({ product_code }) =>
    `O produto ${product_code} não faz parte desta contagem`,
  "stock.out_of_range": "A quantidade ou o saldo excede o limite do sistema",
  "auth.required": "Autenticação necessária",
  "auth.invalid_token": "O token não é válido ou expirou",
  "auth.invalid_credentials": "E-mail ou senha inválidos",
  "auth.wrong_password": "A senha atual não confere",
  "auth.forbidden": "Seu perfil não permite esta operação",
  "session.foreign":
    "Este pedido não veio de uma página deste sistema; abra o sistema no seu próprio endereço e tente de novo",
  "session.not_found":
    "Esta chamada não veio de uma sessão do navegador; para encerrar todas as sessões, use POST /api/logout",
  "session.other_person": "Neste navegador entrou outra pessoa; recarregue a página",
  "session.other_company":
    "Neste navegador você passou a trabalhar em outra empresa; recarregue a página antes de continuar",
  "auth.weak_password": ({ why }) => `A nova senha não é aceita: ${why}`,
  "company.not_found": "Você não tem acesso a esta empresa",
  "company.own_only": "Este pedido só vale para a empresa que está aberta; abra a outra primeiro",
  "company.moving": "A empresa está sendo levada para outro banco; tente de novo em instantes",
  "user.not_found": "Usuário não encontrado",
  "user.exists": "Já há um usuário com este e-mail",
  "user.too_many": ({ limit }) => `A empresa já tem ${limit} usuários`,
  "user.too_many_companies": ({ limit }) => `Esta pessoa já tem acesso a ${limit} empresas`,
  "user.last_admin":
    "Este é o único administrador ativo da empresa: dê antes o perfil de administrador a outra pessoa",
  "user.not_accepted":
    "Esta pessoa ainda não aceitou o convite: envie a ela o link, pois só ela pode aceitá-lo",
  "user.inactive": "Este usuário está inativo: ative-o antes de criar um link para ele",
  "user.shared":
    "Esta pessoa também tem acesso a outra empresa: nome, e-mail e senha só ela mesma pode trocar",
  "invite.not_found":
    "O link não vale mais: já foi usado, foi trocado por outro ou passou do prazo; peça um novo ao administrador",
  "company.changed":
    "As configurações foram alteradas por outra pessoa; leia-as de novo antes de alterar",
  "company.tax_profile_changed": ({ version }) =>
    `O perfil tributário foi alterado por outra pessoa (versão ${version}); leia-o de novo antes de alterar`,
  "key.not_found": "Chave de API não encontrada",
  "key.too_many": "A empresa já tem o número máximo de chaves de API",
  "key.expiry_past": "A validade da chave deve estar no futuro",
  "events.expired": "Os eventos seguintes a este ponto não estão mais disponíveis",
  "metrics.many_companies":
    "Há várias empresas nesta instalação, e as métricas são de todas; use METRICS_TOKEN",
  rate_limited: "Muitas requisições; tente de novo em instantes",
  "export.interrupted": "A exportação foi interrompida",
  overloaded: "O serviço está sobrecarregado; tente de novo em instantes",
  share_exceeded: ({ what, limit }) =>
    `Limite de uso simultâneo por usuário atingido: ${{ requests: "requisições", bodies: "arquivos em envio", streams: "conexões de eventos", downloads: "downloads" }[what]} (máximo ${what === "bodies" ? megabytes(limit) : grouped(limit)})`,
  deadline: "Tempo esgotado; antes de repetir, verifique se a operação foi gravada",
  "storage.full": "Não há espaço para gravar",
  "storage.gone":
    "O banco de dados não é mais o que estava em uso, e nada está sendo gravado; avise o responsável pelo serviço",
  "storage.damaged":
    "O banco de dados está danificado, e nada está sendo gravado; avise o responsável pelo serviço",
  "storage.outdated": "O banco de dados é de uma versão anterior do serviço e aguarda as migrações",
  "storage.read_only": "O banco de dados está em modo somente leitura",
  "storage.unknown":
    "A conexão com o banco caiu durante a gravação; antes de repetir, verifique se a operação foi gravada",
  not_configured: "O serviço não está configurado",
  "storage.rejected": "O banco de dados recusou a gravação",
  ...SEFAZ_SENTENCES,
  "mail.senders": "A lista de remetentes tem uma entrada que não é endereço nem domínio",
  "mail.incomplete": "Falta o servidor, o usuário ou a senha da caixa de e-mail",
  "mail.password_again":
    "A senha salva só vale para o servidor, a porta, o usuário e o TLS com que foi salva; digite-a de novo",
  "mail.not_supported":
    "Este servidor não consulta caixas de e-mail (IMAP); envie as notas ao endereço da empresa",
  "mail.no_domain": "O serviço não tem um domínio para e-mail (MAIL_DOMAIN)",
  "mail.unknown_address": "Endereço desconhecido",
  "mail.sender": "Remetente não autorizado",
  "mail.unproven": "A origem da mensagem não foi comprovada",
  "mail.too_large": "Mensagem grande demais",
  "mail.malformed": "Mensagem malformada",
  "mail.empty": "Mensagem sem anexos",
  "mail.no_document": "Nenhum anexo da mensagem é uma NF-e",
  "mailbox.unreachable": "Nenhum servidor IMAP respondeu; confira endereço, porta e TLS",
  "mailbox.tls":
    "Não houve conexão segura com o servidor de e-mail; confira a porta e o certificado",
  "mailbox.login": "O servidor de e-mail recusou o usuário ou a senha",
  "mailbox.folder": "A pasta não existe no servidor de e-mail",
  "mailbox.private":
    "O endereço é de uma rede interna, e este serviço só se conecta a servidores da Internet (MAIL_ALLOW_PRIVATE)",
  "alerts.no_sender":
    "Este servidor não envia e-mails (SMTP_URL); receba os avisos por um webhook ou no painel",
  "alerts.no_recipients": "Nenhum destinatário foi salvo; salve ao menos um antes",
  ...WEBHOOK_SENTENCES,
  ...MOVE_SENTENCES,
  ...CERTIFICATE_SENTENCES,
  "profiler.busy": "Já há um perfil de desempenho em andamento",
  "request.malformed_json": (failure) =>
    `O corpo da requisição não é um JSON válido: ${whyNotJson(failure)}`,
  "request.invalid_encoding": ({ where }) =>
    `O endereço contém bytes que não são UTF-8 (${where}); escreva-o em UTF-8`,
  "request.invalid_host": "O cabeçalho Host não é válido",
  "confirmation.not_found": "Pedido de confirmação não encontrado",
  "confirmation.ended": ({ state }) =>
    `O pedido não espera mais: ${{ confirmed: "já foi confirmado", refused: "foi recusado", expired: "o prazo acabou, ou a chave não pode mais pedi-lo" }[state]}`,
  "confirmation.plan_changed":
    "O que seria gravado mudou desde que foi pedido; confira o plano novo e confirme-o (plan_hash)",
  "confirmation.too_many": ({ limit }) =>
    `Já há pedidos demais à espera de confirmação (até ${limit} de uma chave)`,
  "mcp.origin": "Páginas desta origem não podem usar o acesso de assistentes",
  "mcp.key_needed":
    "O acesso de assistentes precisa de uma chave de API; o token de uma pessoa não serve",
};

function whyNotJson(fault: FailureOf<"request.malformed_json">): string {
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

function notAnNfe(got: string, type: OtherDocument | undefined): string {
  if (type === undefined) return `o arquivo é ${got}`;
  const { name, instead } = otherDocumentName(type, got);
  return instead === null ? `é ${name}` : `é ${name}; ${instead}`;
}
