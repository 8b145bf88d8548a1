import type { ArgsDef } from "citty";

/** Options of every command that talks to the service. */
const WHERE = {
  url: {
    type: "string",
    valueHint: "ENDEREÇO",
    description: "Servidor do S.G.E.; sem ele, o desta máquina ou o próprio banco de dados",
  },
  email: { type: "string", valueHint: "E-MAIL", description: "E-mail do usuário (ou SGE_EMAIL)" },
  company: {
    type: "string",
    valueHint: "NÚMERO",
    description: "Em que empresa (ou SGE_COMPANY); sem ele, a que foi escolhida por último",
  },
  password: {
    type: "string",
    valueHint: "SENHA",
    description: "Senha, só com --url (melhor: SGE_PASSWORD, ou SGE_TOKEN no lugar dos dois)",
  },
  help: { type: "boolean", alias: "h", description: "Mostra esta ajuda" },
} as const satisfies ArgsDef;

export const IMPORT_ARGS = {
  approve: {
    type: "boolean",
    description: "Aprova as notas que não têm pendência (--no-approve: nenhuma)",
  },
  "dry-run": {
    type: "boolean",
    description: "Simulação: não grava nada, só mostra o que aconteceria",
  },
  parallel: {
    type: "string",
    valueHint: "N",
    default: "2",
    description: "Lotes enviados ao mesmo tempo, de 1 a 8",
  },
  ...WHERE,
} as const satisfies ArgsDef;

export const EXPORT_ARGS = {
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
  search: { type: "string", valueHint: "TEXTO", description: "Só produtos com este texto (stock)" },
  product: { type: "string", valueHint: "CÓDIGO", description: "Só este produto (movements)" },
  from: { type: "string", valueHint: "AAAA-MM-DD", description: "A partir deste dia (movements)" },
  to: { type: "string", valueHint: "AAAA-MM-DD", description: "Até este dia (movements)" },
  ...WHERE,
} as const satisfies ArgsDef;

const HELP_FLAG = { help: WHERE.help } as const satisfies ArgsDef;

export const BACKUP_ARGS = {
  keep: {
    type: "string",
    valueHint: "N",
    description: "Depois de conferir a nova, guarda só as N cópias mais recentes; sem ele, todas",
  },
  ...HELP_FLAG,
} as const satisfies ArgsDef;

export const PASSWORD_ARGS = {
  generate: {
    type: "boolean",
    description: "Gera uma senha e a escreve na saída padrão",
  },
  ...HELP_FLAG,
} as const satisfies ArgsDef;

export const COMPANY_ARGS = {
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
  ...HELP_FLAG,
} as const satisfies ArgsDef;

export const RESTORE_ARGS = {
  force: {
    type: "boolean",
    description: "Também onde já há um banco de dados: ele é guardado com outro nome",
  },
  ...HELP_FLAG,
} as const satisfies ArgsDef;

export const VERIFY_ARGS = {
  "audit-head": {
    type: "string",
    valueHint: "EMPRESA:LINHA:HASH",
    description:
      "Ponto da cadeia de auditoria anotado antes (manifesto de uma cópia): deve continuar nela",
  },
  ...HELP_FLAG,
} as const satisfies ArgsDef;

export const ADOPT_ARGS = {
  force: { type: "boolean", description: "Confirma; sem esta opção, só mostra as diferenças" },
  ...HELP_FLAG,
} as const satisfies ArgsDef;

/** The help texts and the arguments of the commands. */
export const HELP: Readonly<
  Record<
    | "sge"
    | "import"
    | "export"
    | "backup"
    | "restore"
    | "adopt"
    | "verify"
    | "password"
    | "company",
    { usage: string; says: string; args: ArgsDef }
  >
> = {
  sge: {
    usage: "sge COMANDO [opções]",
    says: "S.G.E.: recebe notas fiscais e mantém o estoque exato.\n\n  import    Envia XMLs, pastas e ZIPs de notas fiscais\n  export    Exporta o estoque ou os movimentos em CSV\n  backup    Copia o banco de dados e os arquivos, com o serviço no ar\n  restore   Restaura uma cópia de segurança\n  adopt     Confirma que este é o banco de dados certo\n  verify    Confere originais, saldos e notas\n  password  Troca a senha de uma pessoa\n  company   Cria uma empresa, ou lista as da instalação\n\n`sge COMANDO --help` mostra as opções de cada um.",
    args: {},
  },
  import: {
    usage: "sge import CAMINHO… [opções]",
    says: "Envia notas fiscais: arquivos XML, ZIPs, e pastas com tudo o que há dentro delas.\nTermina com 1 quando algum documento é recusado.",
    args: IMPORT_ARGS,
  },
  export: {
    usage: "sge export stock|movements [opções]",
    says: "Exporta o estoque (stock) ou os movimentos (movements) em CSV.",
    args: EXPORT_ARGS,
  },
  backup: {
    usage: "sge backup PASTA [opções]",
    says: "Copia o banco de dados e os arquivos de exportações para uma pasta nova dentro de PASTA, também com o serviço no ar, e\nconfere a cópia. Se algo falha, nenhuma cópia anterior é tocada e o comando termina com 1.",
    args: BACKUP_ARGS,
  },
  restore: {
    usage: "sge restore CÓPIA [opções]",
    says: "Confere uma cópia (a pasta que sge backup fez, ou um arquivo de banco de dados) e a restaura, com o serviço parado.",
    args: RESTORE_ARGS,
  },
  adopt: {
    usage: "sge adopt [opções]",
    says: "Mostra em que o banco de dados difere da marca desta instalação (DATA_DIR/installation) e, com --force, aceita o\nestado atual como o certo: depois de uma mudança de máquina ou de DATABASE_URL, ou quando não há cópia melhor. Com o serviço parado.",
    args: ADOPT_ARGS,
  },
  verify: {
    usage: "sge verify",
    says: "Confere tudo o que está guardado: o arquivo do banco, cada original com o seu SHA-256, cada saldo com os seus\nmovimentos, cada nota com o seu original, cada linha de auditoria com a sua cadeia. Não muda nada; termina com 1 quando\nhá problemas.",
    args: VERIFY_ARGS,
  },
  password: {
    usage: "sge password E-MAIL [opções]",
    says: "Troca a senha de uma pessoa no banco de dados desta máquina, também com o serviço no ar, e encerra as sessões dela.\nPergunta a senha sem mostrá-la, ou a lê da entrada padrão. As chaves de API da pessoa continuam valendo.",
    args: PASSWORD_ARGS,
  },
  company: {
    usage: "sge company add NOME --admin E-MAIL [opções]\n     sge company list",
    says: "Cria uma empresa com quem a administra, ou lista as da instalação (número, nome, CNPJs, ambiente, usuários), também\ncom o serviço no ar. A senha de uma pessoa nova vai para a saída padrão, uma única vez.",
    args: COMPANY_ARGS,
  },
};

const ofCommand = (name: string): (typeof HELP)["sge"] =>
  Object.entries(HELP).find(([known]) => known === name)?.[1] ?? HELP.sge;

/** The help of a command (Portuguese); of an unknown one that of the program. */
export function help(name: string): string {
  const { usage, says, args } = ofCommand(name);
  const rows = Object.entries(args).map(([flag, arg]): [string, string] => {
    const hint = "valueHint" in arg && arg.valueHint !== undefined ? ` ${arg.valueHint}` : "";
    return [`--${flag}${hint}`, arg.description ?? ""];
  });
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  const options = rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`);
  return [`Uso: ${usage}`, "", says, ...(options.length === 0 ? [] : ["", ...options])].join("\n");
}

/** Options that the command does not know, such as a misspelt one: the caller reports them instead of ignoring them. */
export function unknownFlags(rawArgs: readonly string[], args: ArgsDef): string[] {
  const known = new Set(
    Object.entries(args).flatMap(([name, arg]) => {
      const short = "alias" in arg && typeof arg.alias === "string" ? [`-${arg.alias}`] : [];
      return arg.type === "boolean"
        ? [`--${name}`, `--no-${name}`, ...short]
        : [`--${name}`, ...short];
    }),
  );
  const end = rawArgs.indexOf("--");
  return rawArgs
    .slice(0, end < 0 ? undefined : end)
    .filter((arg) => arg.startsWith("-") && arg !== "-")
    .map((arg) => arg.split("=", 1)[0] ?? arg)
    .filter((flag) => !known.has(flag));
}
