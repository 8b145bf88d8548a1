import {
  ASKED,
  CATEGORY,
  category,
  countOf,
  type Detail,
  day,
  EVENT_FIELDS,
  ending,
  environment,
  type Fields,
  hold,
  ITEM,
  isDetail,
  list,
  MAIL_REFUSALS,
  money,
  moved,
  NO_EFFECT,
  named,
  numbered,
  onlyYes,
  PRODUCT,
  percent,
  product,
  profile,
  REFUSALS,
  REGISTERED,
  ROLE,
  taxpayer,
  text,
  USER,
  WEBHOOK,
  whole,
  yes,
} from "./audit-fields.ts";

const NOTHING: Fields = {};
const REASON: Fields = { reason: ["Motivo", text] };
/** What is said of the detail of each action. An action whose detail is empty, or technical alone, has no fields. */
export const AUDIT_WORDS: Readonly<Record<string, Fields>> = {
  "alerts.configure": {
    recipients: ["Quem recebe", countOf("endereço", "endereços", "ninguém")],
    types: ["Avisos", countOf("tipo", "tipos", "nenhum")],
  },
  "category.change": { after: ["", CATEGORY] },
  "category.create": { name: ["Nome", text], parent_id: ["Dentro de", category] },
  "category.delete": { before: ["", CATEGORY] },
  "certificate.add": {
    cnpj: ["CNPJ", taxpayer],
    ends_at: ["Vence", day],
    isFile: ["Arquivo guardado aqui", yes],
  },
  "certificate.remove": NOTHING,
  "company.create": {
    environment: ["Ambiente", environment],
    cnpjs: ["CNPJs", whole],
    administrator: ["Administrador", numbered("usuário")],
  },
  "company.move": { from: ["De", text], to: ["Para", text] },
  "company.tax_profile": { profile: ["Regime", profile] },
  "company.units": { spellings: ["Grafias de unidades", whole] },
  "company.update": {
    name: ["Nome", () => "mudou"],
    cnpjs: ["CNPJs", list(taxpayer)],
    environment: ["Ambiente", environment],
    timeZone: ["Fuso horário", text],
    autoApprove: ["Aprovar sozinho a nota sem pendência", yes],
    overridableHolds: ["Pendências que um gerente pode liberar", list(hold)],
    requireSignature: ["Exigir assinatura digital válida", yes],
    requireMapping: ["Exigir que cada item esteja no de-para", yes],
    allowNegative: ["Permitir saldo negativo", yes],
    costRisePercent: ["Avisar quando o custo subir", percent],
    heldDays: ["Avisar da nota com pendência há", countOf("dia", "dias", "0 dias")],
  },
  "confirmation.ask": ASKED,
  "confirmation.confirm": ASKED,
  "confirmation.refuse": ASKED,
  "count.assign": { line: ["Linha", whole], product_code: ["Produto", text] },
  "count.cancel": REASON,
  "count.close": {
    missing: ["O que não foi contado", named({ keep: "ficou como estava", zero: "foi zerado" })],
    ...REASON,
  },
  "count.lines": { lines: ["Linhas", whole] },
  "count.open": {
    scope: [
      "O que será contado",
      named({
        all: "tudo",
        category: "uma categoria",
        location: "um local",
        products: "uma lista de produtos",
      }),
    ],
    products: ["Produtos", whole],
  },
  "count.undo": { line: ["Linha", whole] },
  "database.adopt": NOTHING,
  "database.restore": NOTHING,
  "export.cancel": {
    state: [
      "Estava",
      named({ queued: "na fila", running: "em preparo", done: "pronta", failed: "com falha" }),
    ],
  },
  "export.order": {
    type: [
      "Arquivo",
      named({
        stock: "Estoque hoje",
        movements: "Movimentos",
        nfes: "Notas",
        "nfe-items": "Itens das notas",
        inventory: "Estoque numa data",
        "supplier-items": "De-para",
        lots: "Lotes",
      }),
    ],
    dialect: ["Para", named({ br: "Excel brasileiro", rfc4180: "outros programas" })],
  },
  "job.replay": { documents: ["Documentos", whole] },
  "key.create": { role: ["Perfil", ROLE], expires_at: ["", ending] },
  "key.revoke": NOTHING,
  login: NOTHING,
  "login.failed": {
    why: [
      "Por quê",
      named({
        unknown: "não há usuário com este e-mail",
        password: "senha errada",
        company: "o usuário não é da empresa pedida",
        inactive: "usuário desativado",
      }),
    ],
  },
  logout: NOTHING,
  "mail.address": NOTHING,
  "mail.configure": {
    active: ["Ligada", yes],
    tls: ["Conexão segura", yes],
    senders: ["Remetentes aceitos", whole],
    password: ["Senha", named({ kept: "a mesma", new: "nova", none: "nenhuma" })],
  },
  "mail.refuse": {
    code: ["Por quê", MAIL_REFUSALS],
    way: ["Veio por", named({ imap: "caixa de e-mail", address: "endereço próprio" })],
  },
  "movement.batch": { items: ["Produtos", list(product)] },
  "movement.create": { product_code: ["Produto", text], quantity_e4: ["Quantidade", moved] },
  "movement.reverse": { product_code: ["Produto", text], ...REASON },
  "nfe.complete": NOTHING,
  "nfe.cost_added": { amount_e2: ["Valor", money], movements: ["Movimentos", whole] },
  "nfe.cost_reversed": REASON,
  "nfe.discard": REASON,
  "nfe.enqueue": {
    kind: [
      "Veio por",
      named({
        batch: "envio de arquivos",
        archive: "ZIP",
        mail: "e-mail",
        approval: "aprovação de várias notas",
      }),
    ],
    items: ["Documentos", whole],
  },
  "nfe.event": { ...EVENT_FIELDS, why: ["Sem efeito", NO_EFFECT] },
  "nfe.event_exits": { made: ["Saídas lançadas", whole], taken_back: ["Saídas desfeitas", whole] },
  "nfe.event_withdraw": { ...EVENT_FIELDS, ...REASON },
  "nfe.process": {
    entries: ["Movimentos", whole],
    override: ["Pendências liberadas", list(hold)],
    corrected: ["Itens corrigidos", list(text)],
  },
  "nfe.refuse": { code: ["Por quê", REFUSALS], differs: ["O conteúdo difere", onlyYes] },
  "nfe.register": REGISTERED,
  "nfe.register_and_process": REGISTERED,
  "nfe.rejudge": {
    before: ["Pendências antes", list(hold)],
    holds: ["Pendências agora", (value, detail) => list(hold)(value, detail) ?? "nenhuma"],
  },
  "nfe.restore": REASON,
  "nfe.reverse": { ...REASON, movements: ["Movimentos", whole] },
  "password.change": NOTHING,
  "password.link": NOTHING,
  "password.renew": { generated: ["Gerada pelo sistema", yes] },
  "password.set": NOTHING,
  "product.change": { after: ["", PRODUCT] },
  "product.create": { after: ["", PRODUCT] },
  "product.deactivate": { after: ["", PRODUCT] },
  "sefaz.ask": {
    cnpj: ["CNPJ", taxpayer],
    kind: ["Pedido", named({ key: "pela chave", nsu: "pelo NSU" })],
  },
  "sefaz.awareness": {
    awareness: [
      "Dar ciência sem uma pessoa",
      named({
        never: "nunca",
        known_suppliers: "de fornecedores conhecidos",
        always: "sempre",
      }),
    ],
  },
  "sefaz.configure": {
    active: ["Ligada", yes],
    environment: ["Ambiente", environment],
  },
  "sefaz.statement": {
    ...EVENT_FIELDS,
    by_rule: ["Pela regra da ciência", onlyYes],
    notes: ["Notas", whole],
  },
  "sefaz.statement_ended": {
    ...EVENT_FIELDS,
    state: ["Resposta", named({ done: "registrada", refused: "recusada", unclear: "incerta" })],
  },
  "session.company": { from: ["Estava na", numbered("empresa")] },
  "session.end": NOTHING,
  "supplier_item.delete": ITEM,
  "supplier_item.import": { lines: ["Linhas", whole] },
  "supplier_item.put": { ...ITEM, factor: ["Fator", text] },
  "user.accept": NOTHING,
  "user.create": { role: ["Perfil", ROLE], invited: ["Por convite", yes] },
  "user.deactivate": USER,
  "user.invite": NOTHING,
  "user.update": USER,
  "webhook.change": WEBHOOK,
  "webhook.create": WEBHOOK,
  "webhook.delete": NOTHING,
  "webhook.disable": {
    host: ["Destino", text],
    why: [
      "Por quê",
      named({ gone: "o destino não existe mais", failing: "cinco dias sem receber" }),
    ],
  },
  "webhook.replay": {
    event: ["Evento", text],
    after: ["Depois do evento", text],
  },
  "webhook.rotate_secret": NOTHING,
};

/** The detail of a line in words, "Perfil: Visualizador"; none where it has nothing to say to a person. `json`: as it was written. */
export function detailWords(action: string, json: string | null): readonly string[] {
  const detail = parsed(json);
  if (detail === null) return [];
  return Object.entries(AUDIT_WORDS[action] ?? NOTHING).flatMap(([name, [label, one]]) => {
    const said = name in detail ? one(detail[name], detail) : null;
    if (said === null) return [];
    return label === "" ? [said] : [`${label}: ${said}`];
  });
}

function parsed(json: string | null): Detail | null {
  try {
    const value: unknown = JSON.parse(json ?? "null");
    return isDetail(value) ? value : null;
  } catch {
    return null;
  }
}
