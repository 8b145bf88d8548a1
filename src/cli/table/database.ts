import { type CommandHelp, EVERY } from "./shared.ts";

/** Commands on the database of this machine's configuration. */
export const DATABASE_COMMANDS = {
  backup: {
    short: "Copia o banco de dados e os arquivos, com o serviço no ar",
    usage: "sge backup PASTA [opções]",
    says: "Copia o banco de dados e os arquivos de exportações para uma pasta nova dentro de PASTA, também com o serviço no ar, e\nconfere a cópia. Se algo falha, nenhuma cópia anterior é tocada e o comando termina com 1.",
    takes: "folders",
    args: {
      keep: {
        type: "string",
        valueHint: "N",
        description:
          "Depois de conferir a nova, guarda só as N cópias mais recentes; sem ele, todas",
      },
      ...EVERY,
    },
  },
  restore: {
    short: "Restaura uma cópia de segurança",
    usage: "sge restore CÓPIA [opções]",
    says: "Confere uma cópia (a pasta que sge backup fez, ou um arquivo de banco de dados) e a restaura, com o serviço parado.",
    takes: "files",
    args: {
      force: {
        type: "boolean",
        description: "Também onde já há um banco de dados: ele é guardado com outro nome",
      },
      ...EVERY,
    },
  },
  adopt: {
    short: "Confirma que este é o banco de dados certo",
    usage: "sge adopt [opções]",
    says: "Mostra em que o banco de dados difere da marca desta instalação (DATA_DIR/installation) e, com --force, aceita o\nestado atual como o certo: depois de uma mudança de máquina ou de DATABASE_URL, ou quando não há cópia melhor. Com o serviço parado.",
    args: {
      force: { type: "boolean", description: "Confirma; sem esta opção, só mostra as diferenças" },
      ...EVERY,
    },
  },
  verify: {
    short: "Confere originais, saldos e notas",
    usage: "sge verify",
    says: "Confere tudo o que está guardado: o arquivo do banco, cada original com o seu SHA-256, cada saldo com os seus\nmovimentos, cada nota com o seu original, cada linha de auditoria com a sua cadeia. Não muda nada; termina com 1 quando\nhá problemas.",
    args: {
      "audit-head": {
        type: "string",
        valueHint: "EMPRESA:LINHA:HASH",
        description:
          "Ponto da cadeia de auditoria anotado antes (manifesto de uma cópia): deve continuar nela",
      },
      ...EVERY,
    },
  },
  password: {
    short: "Troca a senha de uma pessoa",
    usage: "sge password E-MAIL [opções]",
    says: "Troca a senha de uma pessoa no banco de dados desta máquina, também com o serviço no ar, e encerra as sessões dela.\nPergunta a senha sem mostrá-la, ou a lê da entrada padrão. As chaves de API da pessoa continuam valendo.",
    args: {
      generate: { type: "boolean", description: "Gera uma senha e a escreve na saída padrão" },
      ...EVERY,
    },
  },
  company: {
    short: "Cria uma empresa, lista as da instalação, leva uma para outro banco",
    usage:
      "sge company add NOME --admin E-MAIL [opções]\n     sge company list\n     sge company move NÚMERO --to BANCO",
    says: "Cria uma empresa com quem a administra, lista as da instalação (número, nome, CNPJs, ambiente, usuários), ou leva uma\npara outro banco de dados, também com o serviço no ar. Uma mudança interrompida continua com o mesmo comando. A senha de uma pessoa nova vai para a saída padrão, uma única vez.",
    words: {
      add: "Cria uma empresa",
      list: "Lista as empresas da instalação",
      move: "Leva uma empresa para outro banco de dados",
    },
    args: {
      to: {
        type: "string",
        valueHint: "BANCO",
        description: "Para que banco de dados: um nome de DATABASE_URLS, ou first (move)",
      },
      abort: {
        type: "boolean",
        description: "Desiste de uma mudança que ainda não passou a valer (move)",
      },
      admin: {
        type: "string",
        valueHint: "E-MAIL",
        description: "Quem administra a empresa: pessoa nova, ou que já tem acesso a outra (add)",
      },
      cnpj: {
        type: "string",
        valueHint: "CNPJ,…",
        description: "CNPJs da empresa, separados por vírgula (add)",
      },
      environment: {
        type: "string",
        valueHint: "production|homologation",
        description: "Ambiente das notas (add; sem ele, production)",
      },
      ...EVERY,
    },
  },
} as const satisfies Readonly<Record<string, CommandHelp>>;
