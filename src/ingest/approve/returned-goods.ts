import { divideHalfUp, exact } from "../../lib/decimal.ts";
import type { Ports } from "../../ports/ports.ts";
import { OF_NOTE, ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import { belowZero, valueAboveZero } from "../../stock/posting/left-below-zero.ts";
import type { Entry, SupplierLine } from "../../stock/posting/posting.ts";
import {
  broughtBack,
  type OpenExit,
  type ReturnedPart,
  shareReturn,
} from "../../stock/posting/returned-exits.ts";
import type { Mapping } from "../note/mapping.ts";
import type { JudgedItem, StoredNote } from "../note/stored-note.ts";
import type { StoredReference } from "../note/tables.ts";

/** What the approval of a return does beside its entries. */
export interface ReturnedGoods {
  readonly lines: readonly SupplierLine[];
  /** Each entry is split by the exits that it brings back. */
  readonly entries: readonly Entry[];
  /** The exits that were read, with what was still out of each. */
  readonly read: readonly { readonly exit: number; readonly left_e4: number }[];
  readonly links: readonly { readonly exit: number; readonly part: string }[];
  /** Products of which more comes back than was still out. */
  readonly excess: readonly string[];
}

/** Whether goods come back to us by a note that names the notes by which they left. */
export const bringsBack = (
  {
    direction,
    bringsCost,
  }: { readonly direction: string; readonly bringsCost: readonly boolean[] },
  references: number,
): boolean => direction === "entry" && references > 0 && bringsCost.includes(false);

/**
 * The entries of a return with the values at which their goods had left: those of the item that DFeReferenciado names, else of
 * the product in the notes that it names. A known original gives the product of an item without a mapping too. Null where
 * none of the notes is an exit in stock: the goods enter at the average. Reads only.
 */
export async function goodsOfReturn(
  ports: Pick<Ports, "reader">,
  note: StoredNote,
  items: readonly JudgedItem[],
  posted: { readonly lines: readonly SupplierLine[]; readonly entries: readonly Entry[] },
  { company, mapping }: { readonly company: number; readonly mapping: Mapping },
  signal?: AbortSignal,
): Promise<ReturnedGoods | null> {
  const references = note.referenced ?? [];
  const bringsCost = items.map((item) => item.bringsCost);
  if (!bringsBack({ direction: note.direction, bringsCost }, references.length)) return null;
  const read = await openExits(ports, company, references, signal);
  if (read.length === 0) return null;
  let exits = read;
  const lines = new Map(posted.lines.map((line) => [line.n, line]));
  const entries: Entry[] = [];
  const links: { exit: number; part: string }[] = [];
  const excess = new Set<string>();
  for (const entry of posted.entries) {
    const item = items.find(({ position }) => position === entry.line);
    const line = lines.get(entry.line);
    if (item === undefined || line === undefined || item.bringsCost || entry.quantity_e4 < 0) {
      entries.push(entry);
      continue;
    }
    const known = line.product ?? mapping.find(item.code, item.unit)?.product ?? null;
    const among = meant(item, known, exits, references);
    const [first] = among;
    if (first === undefined) {
      entries.push(entry);
      continue;
    }
    if (line.product === null && known === null)
      lines.set(line.n, { ...line, product: first.product });
    const shared = shareReturn(entry.quantity_e4, among);
    const after = new Map(shared.exits.map((exit) => [exit.id, exit]));
    exits = exits.map((exit) => after.get(exit.id) ?? exit);
    for (const part of shared.parts) {
      const made = entryOf(entry, part, known ?? first.product);
      entries.push(made);
      if (part.exit === null) excess.add(first.product);
      else links.push({ exit: part.exit, part: made.part });
    }
  }
  const used = new Set(links.map(({ exit }) => exit));
  return {
    lines: posted.lines.map((line) => lines.get(line.n) ?? line),
    entries,
    read: read.filter(({ id }) => used.has(id)).map(({ id, left_e4 }) => ({ exit: id, left_e4 })),
    links,
    excess: [...excess],
  };
}

/** A part of an entry: where it brings back an exit, the entry's part names it. */
const entryOf = (
  entry: Entry,
  { exit, quantity_e4, value_e2, below }: ReturnedPart,
  product: string,
): Entry => ({
  ...entry,
  product: entry.product ?? product,
  quantity_e4,
  part: exit === null ? entry.part : `${entry.part}/volta-${exit}`,
  ...(value_e2 === null ? {} : { value_e2 }),
  ...(below === undefined ? {} : { below }),
});

/** The exits that an item of a return may bring back, in the order of writing; `product`: what it is mapped to. */
function meant(
  { nItem, code }: JudgedItem,
  product: string | null,
  exits: readonly OpenExit[],
  references: readonly StoredReference[],
): readonly OpenExit[] {
  const named = references.filter(({ n_item }) => n_item === nItem);
  const keys = new Set((named.length === 0 ? references : named).map(({ key }) => key));
  const among = exits.filter(({ reference }) => keys.has(reference));
  const exact = among.filter((exit) =>
    named.some(({ key, original }) => key === exit.reference && original === exit.nItem),
  );
  if (product === null) {
    const [first] = exact.length > 0 ? exact : among.filter((exit) => exit.product === code);
    return first === undefined
      ? []
      : among.filter(
          (exit) => exit.product === first.product && (exact.length === 0 || exact.includes(exit)),
        );
  }
  const alike = (exact.length > 0 ? exact : among).filter((exit) => exit.product === product);
  return alike.length > 0 ? alike : among.filter((exit) => exit.product === product);
}

/** The exits of the notes that are named and in stock, with what is still out of each, in the order of writing. */
async function openExits(
  ports: Pick<Ports, "reader">,
  company: number,
  references: readonly StoredReference[],
  signal?: AbortSignal,
): Promise<readonly OpenExit[]> {
  const keys = [...new Set(references.map(({ key }) => key))];
  const rows = await ports.reader.rows(
    {
      sql: `select m.id, m.origin_ref, m.product, -m.quantity_e4 as whole_e4, -m.value_e2 as whole_e2, ${belowZero("m")} as below_e4,
          ${valueAboveZero("m")} as above_e2,
          -m.quantity_e4 - ${broughtBack("quantity_e4", "m.id")} as left_e4,
          -m.value_e2 - ${broughtBack("value_e2", "m.id")} as left_e2
        from json_each(?2) k cross join notes n on n.company = ?1 and n.access_key = k.value
        cross join movements m
          on ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("n.access_key"), posting: "n.posting" }, "m.")}
        where n.status = 'PROCESSADA' and n.direction = 'exit' and m.quantity_e4 < 0 and m.undoes is null
        order by m.id`,
      args: [company, JSON.stringify(keys)],
    },
    signal,
  );
  return rows.map((row) => {
    const [reference = "", rest = ""] = String(row.origin_ref).split("#");
    const left_e4 = Math.max(Number(row.left_e4), 0);
    const whole_e4 = Number(row.whole_e4);
    const units_e4 = Number(row.below_e4);
    const exit = {
      id: Number(row.id),
      product: String(row.product),
      reference,
      nItem: Number.parseInt(rest, 10),
      left_e4,
    };
    if (units_e4 === 0) return { ...exit, left_e2: Math.max(Number(row.left_e2), 0) };
    // What has come back of it may have come at another value.
    const share = divideHalfUp(BigInt(Number(row.whole_e2)) * BigInt(left_e4), BigInt(whole_e4));
    const below = { whole_e4, units_e4, above_e2: Number(row.above_e2) };
    return { ...exit, left_e2: exact(share), below };
  });
}
