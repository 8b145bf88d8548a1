import { type CommandHelp, DRY_RUN, WHERE } from "./shared.ts";

const APPROVE = {
  approve: {
    type: "boolean",
    description: "Aprova as notas que não têm pendência (--no-approve: nenhuma)",
  },
} as const;

/** Commands that send or fetch documents. */
export const DOCUMENT_COMMANDS = {
  import: {
    short: "Envia XMLs, pastas e ZIPs de notas fiscais",
    usage: "sge import CAMINHO… [opções]",
    says: "Envia notas fiscais: arquivos XML, ZIPs, e pastas com tudo o que há dentro delas.\nTermina com 1 quando algum documento é recusado.",
    takes: "files",
    args: {
      ...APPROVE,
      ...DRY_RUN,
      parallel: {
        type: "string",
        valueHint: "N",
        default: "2",
        description: "Lotes enviados ao mesmo tempo, de 1 a 8",
      },
      ...WHERE,
    },
  },
  watch: {
    short: "Vigia uma pasta e envia o que chega nela",
    usage: "sge watch PASTA [opções]",
    says: "Envia os XMLs e ZIPs que chegam à pasta (não o que há em pastas dentro dela) e os move: para importadas/ o que entrou, também\ncom pendência; para recusadas/ o que não entrou, com o motivo ao lado, em NOME.motivo.txt. Para tentar de novo, devolva o\narquivo à pasta. Um arquivo só é lido depois de parado por --settle segundos. Sem rede, espera. Termina com SIGINT ou SIGTERM.",
    takes: "folders",
    args: {
      ...APPROVE,
      settle: {
        type: "string",
        valueHint: "SEGUNDOS",
        default: "2",
        description: "Quanto um arquivo fica sem mudar antes de ser lido, de 1 a 600",
      },
      once: {
        type: "boolean",
        description: "Envia o que já está na pasta e termina: com 1 se algo foi recusado",
      },
      ...WHERE,
    },
  },
  export: {
    short: "Exporta o estoque ou os movimentos em CSV",
    usage: "sge export stock|movements [opções]",
    says: "Exporta o estoque (stock) ou os movimentos (movements) em CSV.",
    words: { stock: "Produtos com saldo e valor", movements: "Entradas e saídas" },
    args: {
      out: {
        type: "string",
        valueHint: "ARQUIVO",
        description: "Onde gravar; sem ele, a saída padrão",
      },
      dialect: {
        type: "string",
        valueHint: "br|rfc4180",
        default: "br",
        description: "br: para o Excel em português; rfc4180: para programas",
      },
      search: {
        type: "string",
        valueHint: "TEXTO",
        description: "Só produtos com este texto (stock)",
      },
      product: { type: "string", valueHint: "CÓDIGO", description: "Só este produto (movements)" },
      from: {
        type: "string",
        valueHint: "AAAA-MM-DD",
        description: "A partir deste dia (movements)",
      },
      to: { type: "string", valueHint: "AAAA-MM-DD", description: "Até este dia (movements)" },
      ...WHERE,
    },
  },
} as const satisfies Readonly<Record<string, CommandHelp>>;
