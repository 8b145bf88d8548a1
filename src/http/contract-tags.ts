/** The groups of operations, in the order of the page. */
export const TAGS: Readonly<Record<string, string>> = {
  accounts: "Acesso, empresa, usuários e chaves de API",
  "e-mail": "Notas recebidas por e-mail",
  nfe: "Notas: envio, pendências, aprovação, eventos, custos",
  stock: "Produtos, saldos, movimentos, lotes, itens de fornecedores",
  counts: "Contagens do estoque",
  dashboard: "Painel",
  reports: "Relatórios",
  exports: "CSV e exportações",
  jobs: "Processamentos em segundo plano",
  events: "O que aconteceu, na ordem da gravação",
  webhooks: "O que aconteceu, enviado a um endereço da empresa",
  sefaz: "Notas buscadas na SEFAZ, e os certificados para isso",
  audit: "Quem fez o quê, em ordem provada",
  assistant: "Pedidos de assistentes (MCP), que uma pessoa confirma",
  operations: "Operação do serviço",
};
