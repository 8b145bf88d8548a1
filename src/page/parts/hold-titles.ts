/** A hold in two or three words, for badges; its sentence comes with the note. docs/pendencias.md has them all. */
const TITLES: Readonly<Record<string, string>> = {
  homologation: "Outro ambiente",
  no_protocol: "Sem protocolo",
  not_authorised: "Não autorizada",
  protocol_mismatch: "Protocolo de outra nota",
  key_mismatch: "Chave não confere",
  cancelled: "Cancelada",
  refused_by_recipient: "Recusada por você",
  not_delivered: "Não entregue",
  goods_lost: "Mercadoria perdida",
  not_ours: "De outra empresa",
  no_goods: "Sem mercadoria",
  awaits_original: "Espera a original",
  original_reversed: "Original estornada",
  unknown_operation: "Operação a definir",
  mapping: "Falta o de-para",
  signature_invalid: "Assinatura inválida",
  retail: "NFC-e",
};

/** The title of a hold's code; a code that is new has none yet. */
export const holdTitle = (code: string): string => TITLES[code] ?? "Retida";
