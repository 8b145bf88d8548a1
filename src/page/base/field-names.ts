/** The fields of the API's bodies as the page's forms call them. */
const NAMES: Readonly<Record<string, string>> = {
  name: "Nome",
  email: "E-mail",
  password: "Senha",
  current_password: "Senha atual",
  role: "Perfil",
  cnpjs: "CNPJs",
  supplier_cnpj: "CNPJ do fornecedor",
  time_zone: "Fuso horário",
  code: "Código",
  product_code: "Produto",
  unit: "Unidade",
  barcode: "Código de barras",
  min_stock: "Estoque mínimo",
  max_stock: "Estoque máximo",
  sale_price: "Preço de venda",
  cost_price: "Custo",
  unit_cost: "Custo unitário",
  category_id: "Categoria",
  parent_id: "Categoria acima",
  location: "Local",
  ncm: "NCM",
  quantity: "Quantidade",
  batch_number: "Lote",
  expires_on: "Validade",
  happened_at: "Data",
  value: "Valor",
  reason: "Motivo",
  description: "Descrição",
  factor: "Fator",
  url: "Endereço",
  events: "Eventos",
  recipients: "Destinatários",
  imap_host: "Servidor de e-mail",
  imap_port: "Porta",
  imap_user: "Usuário do e-mail",
  imap_password: "Senha do e-mail",
  justification: "Justificativa",
  month: "Mês",
  from: "De",
  to: "Até",
  start_date: "De",
  end_date: "Até",
  search: "Busca",
};

const MOST_NAMED = 5;

/** Where a JSON pointer leads, in words: `/cnpjs/1` is the second of the CNPJs. A field that no form has stays as the API calls it. */
export function fieldName(pointer: string): string {
  const parts = pointer.split("/").filter((part) => part !== "");
  const field = parts.findLast((part) => !/^\d+$/.test(part));
  const at = parts.findLast((part) => /^\d+$/.test(part));
  const named = field === undefined ? "Linha" : (NAMES[field] ?? field);
  return at === undefined ? named : `${named} (${Number(at) + 1}º da lista)`;
}

/** The sentence of a request with wrong fields, from the `errors` of its problem; null where it names none. */
export function wrongFields(errors: unknown): string | null {
  if (!Array.isArray(errors)) return null;
  const named: string[] = [];
  for (const one of errors) {
    if (typeof one !== "object" || one === null) continue;
    const { path, message } = Object.fromEntries(Object.entries(one));
    if (typeof path !== "string" || path === "" || typeof message !== "string") return null;
    named.push(`${fieldName(path)} ${message}`);
  }
  if (named.length === 0) return null;
  const more = named.length - MOST_NAMED;
  const all = [...named.slice(0, MOST_NAMED), ...(more > 0 ? [`e mais ${more}`] : [])];
  return `Confira: ${all.join("; ")}.`;
}
