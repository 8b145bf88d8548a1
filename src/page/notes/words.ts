import { type HoldCode, holdName } from "../base/hold-names.ts";
import type { Said } from "../parts/badge.tsx";
import type { Note, NoteItem } from "./answers.ts";

/** What a person does about a hold. */
const ADVICE: Readonly<Record<HoldCode, string>> = {
  homologation:
    "Peça ao emitente a nota de produção e descarte esta. Se a empresa trabalha em homologação, confira o ambiente nas configurações.",
  no_protocol:
    "Envie o XML completo (nfeProc), com o protocolo de autorização: ele completa esta nota sozinho.",
  not_authorised: "Não dê entrada na mercadoria. Fale com o emitente e descarte a nota.",
  protocol_mismatch: "Peça ao emitente o XML original.",
  key_mismatch: "Peça ao emitente o XML original.",
  cancelled:
    "Não dê entrada na mercadoria. Se o cancelamento for falso, um gerente pode retirar o evento.",
  refused_by_recipient:
    "Confira quem fez a manifestação. Se a mercadoria chegou, aprove mesmo assim.",
  not_delivered: "Confira se a mercadoria chegou antes de aprovar.",
  goods_lost:
    "Confira as quantidades. Ao aprovar mesmo assim, a entrada e a perda são lançadas juntas.",
  not_ours: "Se um dos CNPJs é seu, cadastre-o na empresa. Senão, descarte a nota.",
  no_goods: "Não há o que lançar no estoque: descarte a nota.",
  awaits_original: "Aprove a nota original: esta pendência sai quando ela entrar no estoque.",
  original_reversed:
    "Aprove de novo a nota original, ou descarte a devolução. Se a mercadoria saiu mesmo e voltou, aprove mesmo assim.",
  unknown_operation: "Diga, em cada item, o que acontece com a mercadoria; depois libere e aprove.",
  mapping: "Ligue cada item do fornecedor a um produto seu. O sistema lembra na próxima nota.",
  signature_invalid: "Peça ao emitente o XML original.",
  retail: "Confira antes de aprovar, ou descarte.",
};

export const holdAdvice = (code: HoldCode): string => ADVICE[code] ?? "";

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
