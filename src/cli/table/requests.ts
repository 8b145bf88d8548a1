import { type CommandHelp, DRY_RUN, EVERY, KEY_ROLE, REASON, ROLE, WHERE } from "./shared.ts";

/** Commands that ask the service for one thing, or tell it one. */
export const REQUEST_COMMANDS = {
  status: {
    short: "Mostra o que espera na empresa, uma nota ou um processamento",
    usage: "sge status [CHAVE|PROCESSAMENTO…] [opções]",
    says: "Sem nada, mostra a empresa: notas que esperam, processamentos, avisos. Com a chave de acesso de uma nota, a situação e as\npendências dela; com o número de um processamento, até onde ele chegou.",
    args: WHERE,
  },
  approve: {
    short: "Aprova notas",
    usage: "sge approve CHAVE… [opções]\n     sge approve --job PROCESSAMENTO [opções]",
    says: "Aprova as notas das chaves de acesso (- lê as chaves da entrada padrão), ou as notas sem pendência de um processamento.\nCada nota é aprovada em sua própria gravação. Termina com 1 quando alguma é recusada.",
    args: {
      job: {
        type: "string",
        valueHint: "PROCESSAMENTO",
        description: "As notas sem pendência deste processamento",
      },
      override: {
        type: "string",
        valueHint: "PENDÊNCIA,…",
        description: "Aprova apesar destas pendências (códigos; uma só nota, perfil GERENTE)",
      },
      ...DRY_RUN,
      ...WHERE,
    },
  },
  reverse: {
    short: "Estorna notas ou um movimento manual",
    usage:
      "sge reverse CHAVE… --reason MOTIVO [opções]\n     sge reverse --movement NÚMERO --reason MOTIVO [opções]",
    says: "Estorna notas que estão no estoque: movimentos contrários, e cada nota pode ser aprovada de novo. Ou um movimento manual.",
    args: {
      movement: {
        type: "string",
        valueHint: "NÚMERO",
        description: "Estorna este movimento manual, no lugar de notas",
      },
      ...REASON,
      ...DRY_RUN,
      ...WHERE,
    },
  },
  count: {
    short: "Contagens de estoque: abrir, lançar, conferir, fechar",
    usage:
      "sge count list\n     sge count open NOME [--category N | --location LOCAL | --products CÓDIGO,…]\n     sge count add CONTAGEM CÓDIGO=QUANTIDADE…\n     sge count add CONTAGEM --file ARQUIVO\n     sge count review CONTAGEM\n     sge count close CONTAGEM --missing keep|zero --reason MOTIVO\n     sge count cancel CONTAGEM --reason MOTIVO",
    says: "Uma contagem compara o que foi achado com o saldo. ARQUIVO é um CSV (; ou ,) com as colunas codigo (ou gtin), quantidade e,\nse quiser, lote; --file - lê a entrada padrão. Linhas do mesmo produto se somam. O mesmo arquivo enviado de novo, do mesmo\naparelho, não conta duas vezes.",
    words: {
      list: "As contagens, da mais nova à mais antiga",
      open: "Abre uma contagem",
      add: "Lança o que foi contado",
      review: "Mostra as diferenças",
      close: "Fecha: as diferenças viram movimentos",
      cancel: "Desiste; nada se move",
    },
    args: {
      category: { type: "string", valueHint: "NÚMERO", description: "Só esta categoria (open)" },
      location: { type: "string", valueHint: "LOCAL", description: "Só este local (open)" },
      products: { type: "string", valueHint: "CÓDIGO,…", description: "Só estes produtos (open)" },
      file: { type: "string", valueHint: "ARQUIVO", description: "O CSV com o contado (add)" },
      device: {
        type: "string",
        valueHint: "NOME",
        default: "sge",
        description: "Quem ou o que contou (add)",
      },
      missing: {
        type: "string",
        valueHint: "keep|zero",
        description: "O que não foi contado fica como está, ou vai a zero (close)",
      },
      ...REASON,
      ...DRY_RUN,
      ...WHERE,
    },
  },
  danfe: {
    short: "Grava o DANFE de notas em PDF",
    usage: "sge danfe CHAVE… [--out PASTA]",
    says: "Grava em PASTA o DANFE de cada nota, como CHAVE.pdf (- lê as chaves da entrada padrão).",
    args: {
      out: { type: "string", valueHint: "PASTA", description: "Em que pasta; sem ela, nesta" },
      ...WHERE,
    },
  },
  users: {
    short: "Usuários da empresa",
    usage:
      "sge users list\n     sge users add E-MAIL --role PERFIL [--name NOME]\n     sge users change E-MAIL [--role PERFIL] [--name NOME] [--active | --no-active]\n     sge users invite E-MAIL\n     sge users remove E-MAIL",
    says: "Os usuários da empresa. A pessoa nova escolhe a própria senha com o código do convite, que vale 72 horas e vai uma única\nvez para a saída padrão. invite faz outro: para aceitar, ou para uma senha esquecida. remove deixa o usuário inativo.",
    words: {
      list: "Todos, também os inativos",
      add: "Convida uma pessoa",
      change: "Muda perfil, nome, ou se está ativo",
      invite: "Faz outro convite",
      remove: "Deixa inativo",
    },
    args: {
      ...ROLE,
      name: { type: "string", valueHint: "NOME", description: "O nome (add, change)" },
      active: { type: "boolean", description: "Ativo (--no-active: inativo) (change)" },
      ...WHERE,
    },
  },
  keys: {
    short: "Chaves de API",
    usage:
      "sge keys list\n     sge keys add NOME --role PERFIL [--expires AAAA-MM-DD]\n     sge keys revoke CHAVE",
    says: "As chaves de API da empresa. A chave nova vai uma única vez para a saída padrão; ela é feita por uma pessoa, não por outra\nchave. CHAVE é o número, ou o início que list mostra.",
    words: {
      list: "As que não foram revogadas",
      add: "Faz uma chave",
      revoke: "Revoga uma chave",
    },
    args: {
      ...KEY_ROLE,
      expires: {
        type: "string",
        valueHint: "AAAA-MM-DD",
        description: "Vale até o fim deste dia, em UTC (add)",
      },
      ...WHERE,
    },
  },
  webhooks: {
    short: "Webhooks da empresa",
    usage:
      "sge webhooks list\n     sge webhooks add ENDEREÇO [--events TIPO,…]\n     sge webhooks ping WEBHOOK\n     sge webhooks remove WEBHOOK",
    says: "Os endereços que recebem os eventos da empresa. O segredo de um webhook novo vai uma única vez para a saída padrão.",
    words: {
      list: "Os webhooks, com a última falha",
      add: "Faz um webhook",
      ping: "Manda um evento de prova",
      remove: "Apaga um webhook",
    },
    args: {
      events: {
        type: "string",
        valueHint: "TIPO,…",
        default: "*",
        description: "Que tipos de evento (add); * são todos",
      },
      ...WHERE,
    },
  },
  sefaz: {
    short: "Busca na SEFAZ as notas emitidas contra a empresa",
    usage: "sge sefaz status\n     sge sefaz run CERTIFICADO [--cnpj CNPJ,…] [--once]",
    says: "status mostra até onde as notas de cada CNPJ foram buscadas. run busca com um certificado A1 (.pfx) desta máquina, que não sai\ndela: o serviço diz que consulta fazer e quando, e recebe a resposta. A senha do certificado: SGE_CERTIFICATE_PASSWORD ou a\npergunta. Sem rede, espera. Termina com SIGINT ou SIGTERM.",
    takes: "files",
    words: { status: "Até onde as notas foram buscadas", run: "Busca, até ser interrompido" },
    args: {
      cnpj: { type: "string", valueHint: "CNPJ,…", description: "Só estes CNPJs (run)" },
      once: { type: "boolean", description: "Termina quando não há consulta a fazer agora (run)" },
      ...WHERE,
    },
  },
  certificate: {
    short: "Certificados A1 da empresa, para a SEFAZ",
    usage:
      "sge certificate list\n     sge certificate add ARQUIVO [--on-server]\n     sge certificate remove CERTIFICADO",
    says: "Os certificados com que as notas são buscadas na SEFAZ. A senha de ARQUIVO (PFX ou P12) é perguntada, ou vem em\nSGE_CERTIFICATE_PASSWORD; o certificado fica lacrado, e ninguém o recebe de volta. CERTIFICADO é o início que list mostra.",
    words: {
      list: "Os que foram guardados, com a validade",
      add: "Confere e guarda um certificado",
      remove: "Remove um certificado",
    },
    takes: "files",
    args: {
      "on-server": {
        type: "boolean",
        description: "ARQUIVO é um nome na pasta SEFAZ_CERTIFICATES do servidor, e fica nela (add)",
      },
      ...WHERE,
    },
  },
  statement: {
    short: "Manifesta-se à SEFAZ sobre notas emitidas contra a empresa",
    usage:
      "sge statement ciencia|confirmacao|desconhecimento CHAVE… [opções]\n     sge statement nao-realizada CHAVE… --reason MOTIVO [opções]\n     sge statement list",
    says: "Pede a manifestação do destinatário sobre notas que estão aqui ou foram anunciadas (- lê as chaves da entrada padrão).\nEla é enviada pelo serviço, com o certificado da empresa; a mesma que já é a última da nota não é feita de novo. list mostra\nas 100 mais novas. Termina com 1 quando alguma é recusada.",
    words: {
      list: "As manifestações da empresa, e o que a SEFAZ respondeu",
      ciencia: "A empresa sabe da nota, e pode recebê-la inteira",
      confirmacao: "A operação aconteceu",
      desconhecimento: "A empresa não conhece a operação",
      "nao-realizada": "A operação não aconteceu",
    },
    args: {
      reason: {
        type: "string",
        valueHint: "MOTIVO",
        description: "A justificativa, de 15 a 255 caracteres (nao-realizada; desconhecimento)",
      },
      ...WHERE,
    },
  },
  completion: {
    short: "Escreve o que completa os comandos no shell",
    usage: "sge completion bash|zsh|fish",
    says: "Escreve na saída padrão o que completa comandos e opções:\n  bash: sge completion bash > /etc/bash_completion.d/sge\n  zsh:  sge completion zsh > ~/.zfunc/_sge\n  fish: sge completion fish > ~/.config/fish/completions/sge.fish",
    words: { bash: "Para o bash", zsh: "Para o zsh", fish: "Para o fish" },
    args: { help: EVERY.help },
  },
} as const satisfies Readonly<Record<string, CommandHelp>>;
