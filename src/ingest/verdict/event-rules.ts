import { noteRule } from "./rule-input.ts";

/** Holds and findings of a note because of the events under its key (event-standing.ts decides which of them count). */
export const EVENT_RULES = [
  noteRule("note.cancelled_event", {
    source: "Events 110111 and 110112 received apart, before or after the note",
    hold: "cancelled",
    when: ({ known }) => (known.standing?.cancelled === true ? {} : null),
  }),
  noteRule("note.refused_by_recipient", {
    source: "Events 210220 and 210240, as long as no later 210200 confirms (Ajuste SINIEF 7/2005)",
    hold: "refused_by_recipient",
    when: ({ known }) => {
      const refused = known.standing?.refused;
      return refused == null ? null : { event: refused.type };
    },
  }),
  noteRule("note.not_delivered", {
    source: "Event 110192 that 110193 did not cancel; event 112140 (NT 2025.002)",
    hold: "not_delivered",
    when: ({ known }) => {
      const failed = known.standing?.notDelivered;
      return failed == null ? null : { event: failed.type, amounts: failed.quantities };
    },
  }),
  noteRule("note.goods_lost", {
    source: "Events 112130 and 211124, gPerecimento/gControleEstoque (NT 2025.002)",
    hold: "goods_lost",
    when: ({ known }) => {
      const lost = known.standing?.lost ?? [];
      const [first] = lost;
      if (first === undefined) return null;
      return { event: first.type, amounts: lost.flatMap(({ quantities }) => quantities) };
    },
  }),
  noteRule("note.immobilised", {
    source: "Event 211130, gImobilizacao/gControleEstoque (NT 2025.002)",
    finding: { code: "immobilised", severity: "warning" },
    when: ({ known }) => {
      const immobilised = known.standing?.immobilised ?? [];
      return immobilised.length === 0
        ? null
        : { amounts: immobilised.flatMap(({ quantities }) => quantities) };
    },
  }),
];
