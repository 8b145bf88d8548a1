import type { Finding } from "../document.ts";
import type { Note, Party } from "../note.ts";
import { isCnpj, isCpf } from "../taxpayer.ts";

/** Check digits of the numbers that the emitter and the recipient are known by. */
export function checkParties(note: Note, path: string): Finding[] {
  return [
    ...numbersOf(note.emit, `${path}/emit`, "emitente"),
    ...(note.dest === null ? [] : numbersOf(note.dest, `${path}/dest`, "destinatário")),
  ];
}

function numbersOf(party: Party, path: string, who: string): Finding[] {
  const { cnpj, cpf } = party;
  if (cnpj !== null && !isCnpj(cnpj))
    return [
      {
        code: "cnpj_check_digit",
        severity: "warning",
        path: `${path}/CNPJ`,
        message: `Dígito verificador inválido no CNPJ do ${who}.`,
      },
    ];
  if (cpf !== null && !isCpf(cpf))
    return [
      {
        code: "cpf_check_digit",
        severity: "warning",
        path: `${path}/CPF`,
        message: `Dígito verificador inválido no CPF do ${who}.`,
      },
    ];
  return [];
}
