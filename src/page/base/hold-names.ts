import type { z } from "zod";
import type { HoldCodeEnum } from "../../http/schemas.ts";

export type HoldCode = z.infer<typeof HoldCodeEnum>;

/** A hold in two or three words, for badges; its sentence comes with the note. docs/pendencias.md has them all. */
const NAMES: Readonly<Record<HoldCode, string>> = {
  homologation: "Nota de teste",
  no_protocol: "Sem protocolo",
  not_authorised: "Não autorizada",
  protocol_mismatch: "Protocolo de outra nota",
  key_mismatch: "Chave não confere",
  cancelled: "Cancelada",
  refused_by_recipient: "Recusada pelo destinatário",
  not_delivered: "Entrega não feita",
  goods_lost: "Perda de mercadoria",
  not_ours: "Não é da empresa",
  no_goods: "Sem mercadoria",
  awaits_original: "Espera a nota original",
  original_reversed: "Original estornada",
  unknown_operation: "Operação a definir",
  mapping: "Item sem de-para",
  rounds_to_zero: "Fator pequeno demais",
  signature_invalid: "Assinatura não confere",
  retail: "Cupom (NFC-e)",
};

/** The name of a hold; a code that is newer than this page has none yet. */
export const holdName = (code: HoldCode): string => NAMES[code] ?? "Pendência";
