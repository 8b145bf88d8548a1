import type { KnownEvent } from "../verdict/known-event.ts";
import type { NoteRule } from "./rule-input.ts";

/** "; item 1: 2,0000 UN, item 3: …": what events say of the items. At most ten are named. */
function amounts(events: readonly KnownEvent[]): string {
  const all = events.flatMap(({ quantities }) => quantities);
  const named = all
    .slice(0, 10)
    .map(({ nItem, quantity, unit }) =>
      `item ${nItem}: ${quantity.replace(".", ",")} ${unit}`.trim(),
    );
  const more = all.length > named.length ? `, e mais ${all.length - named.length}` : "";
  return named.length === 0 ? "" : `; ${named.join(", ")}${more}`;
}

/** What a note waits for, and what is told of it, because of the events under its key (standing.ts says which count). */
export const BY_EVENTS: readonly NoteRule[] = [
  {
    rule: "note.cancelled_event",
    source: "Events 110111 and 110112 received apart, before or after the note",
    hold: "cancelled",
    says: ({ known }) =>
      known.standing?.cancelled === true
        ? "Já foi recebido um evento de cancelamento desta nota: não dê entrada na mercadoria."
        : null,
  },
  {
    rule: "note.refused_by_recipient",
    source: "Events 210220 and 210240, as long as no later 210200 confirms (Ajuste SINIEF 7/2005)",
    hold: "refused_by_recipient",
    says: ({ known }) => {
      const refused = known.standing?.refused;
      if (refused == null) return null;
      return refused.type === "210220"
        ? "O destinatário declarou à SEFAZ que desconhece esta operação (evento 210220): não dê entrada sem falar com quem fez a declaração."
        : "O destinatário declarou à SEFAZ que a operação não foi realizada (evento 210240): confira se a mercadoria chegou antes de aprovar.";
    },
  },
  {
    rule: "note.not_delivered",
    source: "Event 110192 that 110193 did not take back; event 112140 (NT 2025.002)",
    hold: "not_delivered",
    says: ({ known }) => {
      const failed = known.standing?.notDelivered;
      if (failed == null) return null;
      return failed.type === "110192"
        ? "O emitente registrou insucesso na entrega (evento 110192): confira se a mercadoria chegou antes de aprovar."
        : `O emitente registrou que o fornecimento não foi realizado (evento 112140${amounts([failed])}): confira o que chegou antes de aprovar.`;
    },
  },
  {
    rule: "note.goods_lost",
    source: "Events 112130 and 211124, gPerecimento/gControleEstoque (NT 2025.002)",
    hold: "goods_lost",
    says: ({ known }) => {
      const lost = known.standing?.lost ?? [];
      return lost.length === 0
        ? null
        : `Foi registrada perda, roubo, furto ou perecimento no transporte (evento ${lost[0]?.type}${amounts(lost)}): confira o que chegou antes de aprovar.`;
    },
  },
  {
    rule: "note.immobilised",
    source: "Event 211130, gImobilizacao/gControleEstoque (NT 2025.002)",
    finding: { code: "immobilised", severity: "warning" },
    says: ({ known }) => {
      const immobilised = known.standing?.immobilised ?? [];
      return immobilised.length === 0
        ? null
        : `O destinatário registrou a imobilização de itens (evento 211130${amounts(immobilised)}): eles não são mercadoria para revenda.`;
    },
  },
];
