import { Refused } from "../base/problem.ts";
import type { NoteDetail, NoteItem } from "./answers.ts";

export type Effect = Exclude<NoteItem["effect"], "ask">;
/** What a person said of each item that asks, by its number. */
export type Effects = Readonly<Record<number, Effect>>;

/** Holds that a person answers in the page, or may approve in spite of, where the company allows it (docs/pendencias.md). */
const RELEASABLE: readonly string[] = [
  "no_protocol",
  "refused_by_recipient",
  "not_delivered",
  "goods_lost",
  "not_ours",
  "no_goods",
  "original_reversed",
  "unknown_operation",
  "signature_invalid",
  "retail",
];

const has = ({ holds }: NoteDetail, code: string): boolean =>
  holds.some((hold) => hold.code === code);

/** Whether every hold could be lifted by a manager; an item without a product is linked first. */
export const isReleasable = ({ status, holds }: NoteDetail): boolean =>
  status === "PENDENTE" && holds.length > 0 && holds.every(({ code }) => RELEASABLE.includes(code));

/** The items whose effect a person must give: all of a note that is not ours, else those that ask. */
export const askingItems = (note: NoteDetail): readonly NoteItem[] =>
  has(note, "not_ours")
    ? note.items
    : has(note, "unknown_operation")
      ? note.items.filter(({ effect }) => effect === "ask")
      : [];

/** Items of a note that waits for a mapping: each supplier's item once. */
export function unmappedItems(note: NoteDetail): readonly NoteItem[] {
  if (!has(note, "mapping")) return [];
  const found = new Map<string, NoteItem>();
  for (const item of note.items)
    if (item.product_code === null && item.effect !== "none")
      found.set(`${item.code} ${item.unit}`, item);
  return [...found.values()];
}

/** The body of the approval that lifts the holds of a note. */
export const releaseOf = (note: NoteDetail, effects: Effects) => {
  const items = askingItems(note).flatMap(({ n_item }) => {
    const effect = effects[n_item];
    return effect === undefined ? [] : [{ n_item, effect }];
  });
  return {
    override: note.holds.map(({ code }) => code),
    // A number that repeats means every item that has it, and is named once.
    ...(items.length === 0
      ? {}
      : { items: [...new Map(items.map((one) => [one.n_item, one])).values()] }),
  };
};

/** Whether the company does not allow its managers to lift these holds. */
export const isDenied = (fault: unknown): boolean =>
  fault instanceof Refused && fault.code === "nfe.override_denied";

/** The CNPJs that a sentence names. */
export const cnpjsIn = (sentence: string): readonly string[] => [
  ...new Set([...sentence.matchAll(/CNPJ ([0-9A-Z]{14})\b/g)].map(([, cnpj = ""]) => cnpj)),
];
