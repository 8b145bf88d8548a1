import { type HoldCode, holdName } from "../base/hold-names.ts";
import type { Said } from "../parts/badge.tsx";
import type { Note, NoteItem } from "./answers.ts";

/** What a person does about a hold, where the sentence of the API does not say it already. */
const ADVICE: Readonly<Partial<Record<HoldCode, string>>> = {
  no_protocol: "Ele completa esta nota sozinho.",
  not_authorised: "Depois, descarte a nota.",
  cancelled: "Se o cancelamento for falso, um gerente pode retirar o evento.",
  refused_by_recipient: "Se a mercadoria chegou, aprove mesmo assim.",
  goods_lost: "Ao aprovar mesmo assim, a entrada e a perda são lançadas juntas.",
  awaits_original: "Esta pendência sai quando ela entrar no estoque.",
  original_reversed: "Se a mercadoria saiu mesmo e voltou, aprove mesmo assim.",
  unknown_operation: "Depois, libere e aprove.",
  mapping: "O sistema lembra na próxima nota.",
  rounds_to_zero: "Mude o fator em De-para; a nota é conferida de novo.",
};

export const holdAdvice = (code: HoldCode): string | null => ADVICE[code] ?? null;

const STATUS: Readonly<Record<Note["status"], Said>> = {
  PENDENTE: { tone: "wait", icon: "clock", text: "A aprovar" },
  PROCESSADA: { tone: "good", icon: "check", text: "No estoque" },
  ESTORNADA: { tone: "plain", icon: "undo-2", text: "Estornada" },
  CANCELADA: { tone: "bad", icon: "ban", text: "Cancelada" },
  DESCARTADA: { tone: "plain", icon: "trash-2", text: "Descartada" },
};

/** Where a note stands; of one that waits with holds, the first of them. */
export function standing({ status, holds }: Pick<Note, "status" | "holds">): Said {
  const [first] = holds;
  if (status !== "PENDENTE" || first === undefined) return STATUS[status];
  const more = holds.length > 1 ? ` +${holds.length - 1}` : "";
  return { tone: "hold", icon: "triangle-alert", text: `${holdName(first.code)}${more}` };
}

const DIRECTIONS: Readonly<Record<Note["direction"], Said>> = {
  entry: { tone: "good", icon: "arrow-down", text: "Entra" },
  exit: { tone: "wait", icon: "arrow-up", text: "Sai" },
  none: { tone: "plain", icon: "minus", text: "Não move" },
};
export const direction = ({ direction: which }: Pick<Note, "direction">): Said => DIRECTIONS[which];

export const DIRECTION_NAMES: Readonly<Record<Note["direction"], string>> = {
  entry: "Entrada",
  exit: "Saída",
  none: "Não move o estoque",
};

export const EFFECTS: readonly { value: Exclude<NoteItem["effect"], "ask">; text: string }[] = [
  { value: "entry", text: "Entra" },
  { value: "exit", text: "Sai" },
  { value: "none", text: "Não move" },
];

export const EFFECT_NAMES: Readonly<Record<NoteItem["effect"], string>> = {
  entry: "Entra no estoque",
  exit: "Sai do estoque",
  none: "Não move o estoque",
  ask: "A definir",
};

const TAX_NAMES: Readonly<Record<string, string>> = {
  icms: "ICMS",
  icms_simples: "ICMS do Simples",
  ipi: "IPI",
  pis: "PIS",
  cofins: "COFINS",
  ibs: "IBS",
  cbs: "CBS",
};
export const taxName = (code: string): string => TAX_NAMES[code] ?? code.toUpperCase();

const PARTS: Readonly<Record<string, string>> = {
  vProd: "Valor dos produtos",
  vFrete: "Frete",
  vSeg: "Seguro",
  vOutro: "Outras despesas",
  vDesc: "Desconto",
  vIPI: "IPI",
  vIPIDevol: "IPI devolvido",
  vICMSST: "ICMS-ST",
  vST: "ICMS-ST",
  vFCPST: "FCP-ST",
  vII: "Imposto de importação",
  vICMSDeson: "ICMS desonerado",
  vICMSMonoReten: "ICMS monofásico retido",
  vIS: "Imposto seletivo",
  vIBS: "IBS",
  vCBS: "CBS",
  vPISST: "PIS-ST",
  vCOFINSST: "COFINS-ST",
  shared_discount: "Desconto do total, rateado",
  unknown: "Diferença do total, rateada",
  gift: "Sem pagamento (bonificação)",
};

/** A part of a cost; one that has no name yet shows its field of the layout. */
export function partName(code: string): string {
  if (code.startsWith("recovered_")) return `${taxName(code.slice(10))} a recuperar`;
  return PARTS[code] ?? code;
}
