import { type NItem, nItemFrom, type Position, positionFrom } from "../../lib/item-number.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { type CostedEntry, type CostShare, entriesOf } from "../../stock/posting/late-cost.ts";
import { itemParts } from "../note/lines.ts";
import type { JudgedItem, StoredNote } from "../note/stored-note.ts";
import type { StoredReference } from "../note/tables.ts";
import type { Rule } from "../note/written-verdict.ts";
import type { Effect } from "../verdict/verdict.ts";
import { shareByCost } from "./share-by-cost.ts";

/** A note in stock that a complement refers to, with the posting that it was read with. */
export interface Complemented {
  readonly key: string;
  readonly posting: string;
}

/** The value of one item of a complementary note, shared among the entries that it is about. */
export interface ItemCost {
  readonly nItem: NItem;
  readonly shares: readonly (CostShare & { readonly product: string })[];
}

/** What the approval of a complementary note does to the value of the stock. */
export interface ComplementCost {
  readonly originals: readonly Complemented[];
  readonly items: readonly ItemCost[];
}

/** Whether the verdict of a note says that its value is cost of other notes' goods. */
export const isCostComplement = (note: { readonly rules: readonly Rule[] }): boolean =>
  note.rules.some(({ rule }) => rule === "note.complements_cost");

/** An entry of an original, with the code of its item. */
type Original = CostedEntry & { readonly code: string };

/**
 * The costs that a complementary note brings: the landed value of each item that moves no goods, shared by what the entries
 * cost that it is about: those of the item that DFeReferenciado names, else those with its cProd, else all of the notes that
 * it names. Null where one of the notes is not in stock. Reads only.
 */
export async function costOfComplement(
  ports: Pick<Ports, "reader">,
  company: number,
  note: StoredNote,
  items: readonly JudgedItem[],
  effects: ReadonlyMap<Position, Effect>,
  signal?: AbortSignal,
): Promise<ComplementCost | null> {
  const references = note.referenced ?? [];
  const keys = [...new Set(references.map(({ key }) => key))];
  const rows = await ports.reader.rows(
    {
      sql: `select n.id, n.access_key, n.posting from json_each(?2) k cross join notes n on n.company = ?1 and n.access_key = k.value
        where n.status = 'PROCESSADA' and n.direction = 'entry' and n.posting is not null`,
      args: [company, JSON.stringify(keys)],
    },
    signal,
  );
  if (rows.length < keys.length) return null;
  const originals = rows.map((row) => ({
    key: String(row.access_key),
    posting: String(row.posting),
  }));
  const codes = await codesOf(ports, company, rows, signal);
  const entries = (await entriesOf(ports, company, originals, signal)).map((entry) => ({
    ...entry,
    code: codes.get(`${entry.reference}#${entry.part}`) ?? "",
  }));
  const products = new Map(entries.map(({ id, product }) => [id, product]));
  return {
    originals,
    items: items
      .filter((item) => (effects.get(item.position) ?? item.effect) === "none")
      .map((item) => ({
        nItem: item.nItem,
        shares: shareByCost(item.landed_e2, meant(item, entries, references)).map((share) => ({
          ...share,
          product: products.get(share.about) ?? "",
        })),
      })),
  };
}

/** The codes of the items of notes, by `<key>#<part>`, where the part is that of their movements. */
async function codesOf(
  ports: Pick<Ports, "reader">,
  company: number,
  notes: readonly Row[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map(notes.map((row) => [Number(row.id), String(row.access_key)]));
  const rows = await ports.reader.rows(
    {
      sql: `select i.note, i.position, i.n_item, i.code from json_each(?2) k
        cross join note_items i on i.company = ?1 and i.note = k.value order by i.note, i.position`,
      args: [company, JSON.stringify([...keys.keys()])],
    },
    signal,
  );
  const codes = new Map<string, string>();
  for (const [note, theirs] of Map.groupBy(rows, (row) => Number(row.note))) {
    const items = theirs.map((row) => ({
      position: positionFrom(Number(row.position)),
      nItem: nItemFrom(Number(row.n_item)),
      code: String(row.code),
    }));
    const parts = itemParts(items);
    for (const { position, code } of items)
      codes.set(`${keys.get(note)}#${parts.get(position)}`, code);
  }
  return codes;
}

/** The entries that an item of a complement is about. */
function meant(
  { nItem, code }: JudgedItem,
  entries: readonly Original[],
  references: readonly StoredReference[],
): readonly Original[] {
  const named = references.filter(({ n_item }) => n_item === nItem);
  const keys = new Set(named.map(({ key }) => key));
  const among =
    named.length === 0 ? entries : entries.filter(({ reference }) => keys.has(reference));
  const exact = among.filter((entry) =>
    named.some(
      ({ key, original }) => key === entry.reference && `${original}` === entry.part.split(".")[0],
    ),
  );
  if (exact.length > 0) return exact;
  const alike = among.filter((entry) => entry.code === code);
  return alike.length > 0 ? alike : among;
}

/** The shares of all items, one for each entry. */
export function sharesOf({ items }: ComplementCost): CostShare[] {
  const sums = new Map<number, number>();
  for (const { shares } of items)
    for (const { about, amount_e2 } of shares) sums.set(about, (sums.get(about) ?? 0) + amount_e2);
  return [...sums].map(([about, amount_e2]) => ({ about, amount_e2 }));
}
