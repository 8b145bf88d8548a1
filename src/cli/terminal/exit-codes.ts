/** The exit codes of every command, with their meaning (Portuguese); docs/cli.md has the same table. */
export const EXIT_CODES = {
  done: [0, "Tudo certo"],
  refused: [1, "Algo foi recusado ou falhou; a mensagem diz o quê"],
  usage: [2, "A linha de comando está errada; a ajuda do comando segue a mensagem"],
  unreachable: [3, "O serviço não respondeu, ou está cheio: o mesmo comando pode ser repetido"],
  denied: [4, "Sem credencial válida, ou o perfil não permite"],
  interrupted: [130, "Interrompido por SIGINT ou SIGTERM (sge watch termina com 0)"],
} as const satisfies Readonly<Record<string, readonly [code: number, meaning: string]>>;

export const exitCode = (why: keyof typeof EXIT_CODES): number => EXIT_CODES[why][0];
