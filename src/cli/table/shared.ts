import type { ArgsDef } from "citty";

/** A command of the program: what its help, the completion of the shells and docs/cli.md say of it. */
export interface CommandHelp {
  /** One line in the help of the program. */
  readonly short: string;
  readonly usage: string;
  readonly says: string;
  readonly args: ArgsDef;
  /** The words that may follow the command's name, each with its meaning. */
  readonly words?: Readonly<Record<string, string>>;
  /** Whether paths follow: the completion offers files, or folders alone. */
  readonly takes?: "files" | "folders";
}

/** Options of every command. */
export const EVERY = {
  json: {
    type: "boolean",
    description: "Responde em JSON, para programas (docs/cli.md)",
  },
  help: { type: "boolean", alias: "h", description: "Mostra esta ajuda" },
} as const satisfies ArgsDef;

/** Options of every command that talks to the service. */
export const WHERE = {
  url: {
    type: "string",
    valueHint: "ENDEREÇO",
    description:
      "Servidor do S.G.E. (ou SGE_URL); sem ele, o desta máquina ou o próprio banco de dados",
  },
  email: {
    type: "string",
    valueHint: "E-MAIL",
    description:
      "E-mail do usuário (ou SGE_EMAIL); a senha: SGE_PASSWORD, SGE_PASSWORD_FILE ou a pergunta. Em vez dos dois, SGE_TOKEN",
  },
  company: {
    type: "string",
    valueHint: "NÚMERO",
    description: "Em que empresa (ou SGE_COMPANY); sem ele, a que foi escolhida por último",
  },
  ...EVERY,
} as const satisfies ArgsDef;

export const DRY_RUN = {
  "dry-run": {
    type: "boolean",
    description: "Simulação: não grava nada, só mostra o que aconteceria",
  },
} as const satisfies ArgsDef;

export const REASON = {
  reason: { type: "string", valueHint: "MOTIVO", description: "Por quê, de 3 a 500 caracteres" },
} as const satisfies ArgsDef;

export const KEY_ROLE = {
  role: {
    type: "string",
    valueHint: "VISUALIZADOR|OPERADOR|GERENTE|ADMIN|AGENTE",
    description: "O perfil (add); AGENTE: só para sge sefaz run",
  },
} as const satisfies ArgsDef;

export const ROLE = {
  role: {
    type: "string",
    valueHint: "VISUALIZADOR|OPERADOR|GERENTE|ADMIN",
    description: "O perfil (add; users change)",
  },
} as const satisfies ArgsDef;
