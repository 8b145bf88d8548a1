import type { HoldCode } from "../../../ingest/verdict/failures.ts";

/** What a person does about each hold; docs/pendencias.md has the same words (test/messages/hold-steps.test.ts). */
const STEPS: Readonly<Record<HoldCode, string>> = {
  homologation: "Peça a nota de produção, ou confira o ambiente nas configurações",
  no_protocol: "Envie o XML completo (nfeProc): ele completa a nota",
  not_authorised: "Não dê entrada; fale com o emitente",
  protocol_mismatch: "Peça ao emitente o XML original",
  key_mismatch: "Peça ao emitente o XML original",
  cancelled: "Não dê entrada; se o evento for falso, retire-o",
  refused_by_recipient: "Confira a manifestação; se a mercadoria chegou, aprove",
  not_delivered: "Confira se a mercadoria chegou antes de aprovar",
  goods_lost:
    "Confira as quantidades antes de aprovar; ao aprovar apesar da pendência, a entrada e a perda são lançadas juntas",
  not_ours: "Inclua o CNPJ nas configurações, ou descarte a nota",
  no_goods: "Não há o que lançar: descarte a nota",
  awaits_original: "Aprove a nota original; a pendência sai quando ela entra",
  original_reversed:
    "Aprove de novo a nota original, ou descarte a devolução; se a mercadoria saiu mesmo e voltou, aprove apesar da pendência",
  unknown_operation: "Ao aprovar, informe o efeito de cada item",
  mapping: "Ligue o código a um produto",
  rounds_to_zero: "Corrija o fator do de-para, ou informe outro fator ao aprovar",
  signature_invalid: "Peça ao emitente o XML original",
  retail: "Confira antes de aprovar, ou descarte",
};

/** What a person does about a hold; a code of later rules: look at the note. */
export const holdStep = (code: string): string =>
  Object.entries(STEPS).find(([known]) => known === code)?.[1] ?? "Confira a nota na página";
