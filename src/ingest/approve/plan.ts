import type { NItem, Position } from "../../lib/item-number.ts";
import type { Ports } from "../../ports/ports.ts";
import type { TakenLot } from "../../stock/lots/keep-lots.ts";
import { planTaking } from "../../stock/lots/plan-taking.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { inJson, supplierItemOf } from "../../stock/posting/posting-guards.ts";
import { FACTOR_ONE, type Factor } from "../../stock/supplier-items/factor.ts";
import type { CostedItem } from "../cost/item-cost.ts";
import type { EventExits } from "../note/event-exits.ts";
import { itemParts } from "../note/lines.ts";
import type { JudgedItem } from "../note/stored-note.ts";
import type { Effect } from "../verdict/verdict.ts";
import type { ItemCost } from "./complement.ts";

/** What an approval would do to one item; quantities in 1/10⁴. */
export interface PlannedItem {
  readonly nItem: NItem;
  readonly effect: Effect;
  /** Null: a product would be created. */
  readonly product: string | null;
  readonly factor: Factor;
  /** Signed, in stock units. */
  readonly stockQuantity_e4: number;
  /** What leaves again at once, because events of the note say so; 0 or more. */
  readonly eventQuantity_e4: number;
  readonly balanceBefore_e4: number;
  readonly balanceAfter_e4: number;
  readonly cost: CostedItem;
}

export interface ApprovalPlan {
  readonly accessKey: string;
  readonly alreadyProcessed: boolean;
  readonly items: readonly PlannedItem[];
  /** What the exits would take of lots. */
  readonly lots: readonly Omit<TakenLot, "movement">[];
  /** Of a complementary note: what each item adds to the cost of goods in stock. */
  readonly costs: readonly ItemCost[];
}

/** The plan of a posting that is not written: mapped products, and balances after each item. */
export async function planApproval(
  ports: Pick<Ports, "reader">,
  posting: Posting,
  items: readonly JudgedItem[],
  effects: ReadonlyMap<Position, Effect>,
  { exits }: EventExits,
  signal?: AbortSignal,
): Promise<Omit<ApprovalPlan, "costs">> {
  const rows = await ports.reader.rows(
    {
      sql: `select l.value ->> 'n' as n, coalesce(l.value ->> 'product', s.product, p.code) as product,
          coalesce(b.quantity_e4, 0) as balance_e4
        from json_each(?3) l
        left join supplier_items s on ${supplierItemOf("?1", "?2", inJson("l"))}
        left join products p on ?4 and p.company = ?1 and p.code = l.value ->> 'code'
        left join balances b on b.company = ?1 and b.product = coalesce(l.value ->> 'product', s.product, p.code)`,
      args: [
        posting.company,
        posting.supplier,
        JSON.stringify(posting.lines),
        posting.ownCodes ? 1 : 0,
      ],
    },
    signal,
  );
  const found = new Map(rows.map((row) => [Number(row.n), row]));
  const lines = new Map(posting.lines.map((line) => [line.n, line]));
  const parts = itemParts(items);
  const running = new Map<string, number>();
  const moves = posting.entries.flatMap(({ line, quantity_e4, lot, expires_on }) => {
    const product = found.get(line)?.product;
    return product == null
      ? []
      : [{ product: String(product), quantity_e4, lot, expiresOn: expires_on }];
  });
  return {
    accessKey: posting.reference,
    alreadyProcessed: false,
    lots: await planTaking(ports, posting.company, posting.day, moves, signal),
    items: items.map((item) => {
      const row = found.get(item.position);
      const line = lines.get(item.position);
      const product = row?.product == null ? null : String(row.product);
      const moved = posting.entries
        .filter((entry) => entry.line === item.position)
        .reduce((sum, entry) => sum + entry.quantity_e4, 0);
      const part = parts.get(item.position) ?? "";
      const gone = exits
        .filter(({ line }) => line.startsWith(`${part}/`))
        .reduce((sum, exit) => sum + exit.quantity_e4, 0);
      // Items of one product add up; a product that would be created is identified by its code and unit.
      const account = product ?? `${item.code}\u0000${line?.unit ?? item.unit}`;
      const before = running.get(account) ?? Number(row?.balance_e4 ?? 0);
      running.set(account, before + moved - gone);
      return {
        nItem: item.nItem,
        effect: effects.get(item.position) ?? item.effect,
        product,
        factor:
          line === undefined ? FACTOR_ONE : { e4: line.factor_e4, divisor: line.factor_divisor },
        stockQuantity_e4: moved,
        eventQuantity_e4: gone,
        balanceBefore_e4: before,
        cost: item,
        balanceAfter_e4: before + moved - gone,
      };
    }),
  };
}
