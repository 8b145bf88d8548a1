import type { NfeFinding } from "../findings.ts";
import type { Note, Party } from "../note.ts";
import { isCnpj, isCpf } from "../taxpayer.ts";

/** Check digits of the CNPJ or CPF of the emitter and the recipient. */
export function checkParties(note: Note, path: string): NfeFinding[] {
  return [
    ...numberOf(note.emit, "emit", path),
    ...(note.dest === null ? [] : numberOf(note.dest, "dest", path)),
  ];
}

function numberOf({ cnpj, cpf }: Party, party: "emit" | "dest", path: string): NfeFinding[] {
  const severity = "warning";
  if (cnpj !== null && !isCnpj(cnpj))
    return [
      { code: "cnpj_check_digit", severity, path: `${path}/${party}/CNPJ`, params: { party } },
    ];
  if (cpf !== null && !isCpf(cpf))
    return [{ code: "cpf_check_digit", severity, path: `${path}/${party}/CPF`, params: { party } }];
  return [];
}
