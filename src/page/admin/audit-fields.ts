import { fromScaled } from "../../lib/decimal.ts";
import type { HoldCode } from "../base/hold-names.ts";
import { holdName } from "../base/hold-names.ts";
import { ROLE_NAMES } from "../base/me.ts";
import * as say from "../base/say.ts";

/** The detail of an audit line, as it was written. */
export type Detail = Readonly<Record<string, unknown>>;

/** Writes one member of a detail for a person; null: there is nothing to say of it. */
export type Say = (value: unknown, detail: Detail) => string | null;

/** Members of a detail: what each is called, and how it is written. Those of `TECHNICAL` and newer ones are left out. */
export type Fields = Readonly<Record<string, readonly [label: string, say: Say]>>;

/** Members that say nothing to an owner: they stand under the technical details alone. */
export const TECHNICAL: readonly string[] = [
  "account",
  "asked_by_key",
  "c_stat",
  "cost",
  "event_id",
  "last_cost_quantity_e4",
  "plan_hash",
  "posting",
  "replaces",
  "sha256",
  "undoes",
  "uf",
  "version",
];

export const isDetail = (value: unknown): value is Detail =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const text: Say = (value) =>
  typeof value === "number" || (typeof value === "string" && value !== "") ? String(value) : null;

export const whole: Say = (value) => (typeof value === "number" ? say.whole(value) : null);

export const yes: Say = (value) => {
  if (value === true || value === 1) return "sim";
  return value === false || value === 0 ? "não" : null;
};

/** Said only where it is so. */
export const onlyYes: Say = (value) => (value === true ? "sim" : null);

export const taxpayer: Say = (value) => (typeof value === "string" ? say.taxpayer(value) : null);

export const percent: Say = (value) => (typeof value === "number" ? say.percent(value) : null);

export const money: Say = (value) =>
  typeof value === "number" ? say.money(Number(fromScaled(value, 2))) : null;

export const quantity: Say = (value) =>
  typeof value === "number" ? say.quantity(Number(fromScaled(value, 4))) : null;

/** A movement: what comes in has a plus. */
export const moved: Say = (value) =>
  typeof value === "number" ? say.signed(Number(fromScaled(value, 4))) : null;

export const day: Say = (value) => (typeof value === "string" ? say.day(value) : null);

/** The end of something as a clause of its own; null: it has none. */
export const ending: Say = (value) => {
  if (value === null) return "sem vencimento";
  return typeof value === "number" || typeof value === "string"
    ? `vence em ${say.moment(value)}`
    : null;
};

export const numbered =
  (what: string): Say =>
  (value) =>
    typeof value === "number" ? `${what} ${value}` : null;

/** A code by its name; one that is newer than this page as it is. */
export const named =
  (names: Readonly<Record<string, string>>): Say =>
  (value) =>
    typeof value === "string" && value !== "" ? (names[value] ?? value) : null;

export const ROLE = named(ROLE_NAMES);

const isHold = (value: unknown): value is HoldCode => typeof value === "string";
export const hold: Say = (value) => (isHold(value) ? holdName(value) : null);

const MOST_LISTED = 10;

/** Several, the first ten by name; of none nothing is said. */
export const list =
  (one: Say): Say =>
  (value, detail) => {
    if (!Array.isArray(value) || value.length === 0) return null;
    const said = value.slice(0, MOST_LISTED).flatMap((each: unknown) => one(each, detail) ?? []);
    const more = value.length - MOST_LISTED;
    return `${said.join(", ")}${more > 0 ? ` e mais ${say.whole(more)}` : ""}`;
  };

/** How many of a list that says nothing by its codes. */
export const countOf =
  (one: string, many: string, none: string): Say =>
  (value) => {
    const length = Array.isArray(value) ? value.length : value;
    if (typeof length !== "number") return null;
    return length === 0 ? none : say.count(length, one, many);
  };

/** Two states of the same: "Visualizador → Gerente". */
export const change =
  (one: Say): Say =>
  (value, detail) =>
    isDetail(value)
      ? `${one(value.from, detail) ?? "–"} → ${one(value.to, detail) ?? "–"}`
      : one(value, detail);

/** The members of a thing: after a change each with what it was, "Local: A-1 → B-7". */
export const members =
  (fields: Fields): Say =>
  (value, detail) => {
    if (!isDetail(value)) return null;
    const before = isDetail(detail.before) && value !== detail.before ? detail.before : null;
    const said = Object.entries(fields).flatMap(([name, [label, one]]) => {
      if (!(name in value)) return [];
      const now = one(value[name], detail);
      if (before === null) return now === null ? [] : [`${label}: ${now}`];
      return [`${label}: ${one(before[name], detail) ?? "vazio"} → ${now ?? "vazio"}`];
    });
    return said.length === 0 ? null : said.join("; ");
  };

export const environment = named({ production: "produção", homologation: "homologação (testes)" });

export const EVENT = named({
  "110110": "Carta de correção",
  "110111": "Cancelamento",
  "110112": "Cancelamento por substituição",
  "210200": "Confirmação da operação",
  "210210": "Ciência da operação",
  "210220": "Desconhecimento da operação",
  "210240": "Operação não realizada",
});
export const EVENT_FIELDS: Fields = { type: ["Evento", EVENT], sequence: ["Sequência", whole] };

/** Why an event has no effect here. */
export const NO_EFFECT = named({
  not_registered: "a SEFAZ não o registrou",
  other_environment: "é de outro ambiente",
  other_author: "é de quem não podia fazê-lo",
  signature: "a assinatura não confere",
});

export const REFUSALS = named({
  "nfe.access_key": "a chave de acesso não confere",
  "nfe.invalid": "o documento não segue o leiaute da NF-e",
  "nfe.malformed_xml": "o XML está mal formado ou incompleto",
  "nfe.not_an_nfe": "não é uma NF-e nem um evento",
  "nfe.many_notes": "o arquivo tem várias notas",
  "nfe.duplicate": "já estava aqui com outro conteúdo",
  "nfe.event_differs": "o evento já estava aqui com outro conteúdo",
  "nfe.unreadable": "não pôde ser lida",
  too_large: "o arquivo é grande demais",
  unsupported_media_type: "o tipo do arquivo não é aceito",
  "batch.too_large": "o lote é grande demais",
  "batch.malformed_zip": "o ZIP está danificado",
  "batch.unreadable_entry": "um arquivo do ZIP não pôde ser lido",
  "batch.winmail": "o arquivo winmail.dat não é aceito",
});
export const MAIL_REFUSALS = named({
  "mail.no_document": "sem XML nem ZIP em anexo",
  "mail.unknown_address": "para um endereço que não existe",
  "mail.sender": "de um remetente que não é aceito",
  "mail.unproven": "não se pôde provar de quem veio",
  "mail.too_large": "a mensagem é grande demais",
  "mail.malformed": "a mensagem está danificada",
  "mail.empty": "a mensagem está vazia",
});

export const TOOLS = named({
  approve_note: "aprovar uma nota",
  discard_note: "descartar uma nota",
  reverse_note: "estornar uma nota",
  reverse_movement: "estornar um movimento",
  map_item: "gravar um de-para",
  record_movement: "lançar um movimento",
});
export const ASKED: Fields = {
  tool: ["Pedido", TOOLS],
  asked_by_user: ["Chave criada por", numbered("usuário")],
};

export const category = numbered("categoria");
export const CATEGORY = members({ name: ["Nome", text], parent_id: ["Dentro de", category] });
export const PRODUCT = members({
  name: ["Nome", text],
  description: ["Descrição", text],
  unit: ["Unidade", text],
  barcode: ["GTIN", text],
  ncm: ["NCM", text],
  sale_price_e2: ["Preço de venda", money],
  min_stock_e4: ["Estoque mínimo", quantity],
  max_stock_e4: ["Estoque máximo", quantity],
  location: ["Local", text],
  category_id: ["Categoria", category],
  active: ["Ativo", yes],
  last_cost_e2: ["Último custo", money],
});

export const regime = named({
  simples: "Simples Nacional",
  mei: "MEI",
  presumido: "Lucro presumido",
  real: "Lucro real",
  other: "outro, ou não informado",
});
export const profile: Say = (value, detail) =>
  isDetail(value) ? regime(value.regime, detail) : null;

export const product: Say = (value, detail) =>
  isDetail(value)
    ? `${text(value.product_code, detail)} ${moved(value.quantity_e4, detail)}`
    : null;

export const ITEM: Fields = {
  code: ["Código do fornecedor", text],
  unit: ["Unidade do fornecedor", text],
};
export const REGISTERED: Fields = { items: ["Itens", whole], holds: ["Pendências", list(hold)] };

export const WEBHOOK: Fields = {
  host: ["Destino", text],
  events: ["Eventos", countOf("tipo", "tipos", "todos")],
  active: ["Ligado", yes],
};
export const USER: Fields = {
  role: ["Perfil", change(ROLE)],
  active: ["Ativo", yes],
  changed: ["Mudou", list(named({ name: "nome", email: "e-mail", password: "senha" }))],
};
