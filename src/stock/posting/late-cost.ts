import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement, Value } from "../../ports/sql.ts";
import { OF_NOTE, ofPostingOf, refsOf } from "../found-movements.ts";
import { balancesAfter } from "./balances.ts";
import { STEP_FIGURES, stepPlace, valuationSteps } from "./valued-fold.ts";

/** A part of a late cost. */
export interface CostShare {
  /** The id of the entry that it is about. */
  readonly about: number;
  /** 1/10², not 0; below 0 for a rebate. */
  readonly amount_e2: number;
}

/** Costs that come after the goods, as movements of value without a quantity. One share for each entry. */
export interface LateCost {
  readonly company: number;
  /** Unique id: the posting. */
  readonly id: string;
  /** The access key of the document that brings the cost; the movements stand under it. */
  readonly reference: string;
  readonly shares: readonly CostShare[];
  /** Why, where a user says so. */
  readonly reason: string | null;
  readonly userId: number;
  /** When it is written, and when it happened; ms UTC. */
  readonly at: number;
  readonly happenedAt: number;
  /** SQL that selects a row only where this posting was claimed. ?1 company, ?2 `id`, ?3 `reference`. */
  readonly guard: string;
}

/** The steps of the shares in ?4, each about the units of its entry. */
const steps = (guard: string): string => `with recursive line as materialized (
    select e.key as n, m.product, 0 as q, e.value ->> 'amount_e2' as c, abs(m.quantity_e4) as u, m.id as about,
      ${stepPlace("m.product", "e.key")}
    from json_each(?4) e cross join movements m on m.company = ?1 and m.id = e.value ->> 'about'
    where m.quantity_e4 <> 0 and exists (${guard})
  ),
  ${valuationSteps()}`;

/**
 * Statements that post late costs: what is still here of each entry keeps its share of them, the rest passes on
 * (valued-fold.ts). They go into one batch behind the statement that claims the posting; the first returns `about`,
 * `product`, `value_e2` and `passed_e2` of each movement. No quantity changes: spans and last costs stay.
 */
export function postLateCost(cost: LateCost): Statement[] {
  if (cost.shares.length === 0) return [];
  const head: Value[] = [cost.company, cost.id, cost.reference];
  return [
    {
      sql: `${steps(cost.guard)}
        insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, reference, notes, posting,
          user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, undoes)
        select ?1, f.product, 'VALOR', 0, f.c, 'NFE', ?3 || '#valor/' || l.about || '@' || ?2, ?3, ?5, ?2, ?6, ?7, ?8,
          ${STEP_FIGURES}, l.about
        from fold f cross join line l on l.product = f.product and l.step = f.step
        order by f.n
        returning undoes as about, product, value_e2, passed_e2`,
      args: [
        ...head,
        JSON.stringify(cost.shares),
        cost.reason,
        cost.userId,
        cost.at,
        cost.happenedAt,
      ],
    },
    {
      sql: balancesAfter(
        ofPostingOf({ origin: OF_NOTE, refs: refsOf("?3"), posting: "?2" }),
        // What has no goods does not move a product.
        "(select b.updated_at from balances b where b.company = last.company and b.product = last.product)",
      ),
      args: head,
    },
  ];
}

/** What a share of a late cost does: `passed_e2` of `value_e2` does not stay in stock. 1/10². */
export interface PostedShare {
  readonly about: number;
  readonly product: string;
  readonly value_e2: number;
  readonly passed_e2: number;
}

/** Maps a row that `postLateCost` returns. */
export const toPostedShare = (row: Row): PostedShare => ({
  about: Number(row.about),
  product: String(row.product),
  value_e2: Number(row.value_e2),
  passed_e2: Number(row.passed_e2),
});

/** What a late cost would do now. Writes nothing. */
export async function planLateCost(
  ports: Pick<Ports, "reader">,
  { company, id, reference, shares }: Pick<LateCost, "company" | "id" | "reference" | "shares">,
  signal?: AbortSignal,
): Promise<PostedShare[]> {
  const rows = await ports.reader.rows(
    {
      sql: `${steps("select 1")},
        done (n, about, product, value_e2, passed_e2, after_e4, after_e2) as (
          select f.n, l.about, l.product, ${STEP_FIGURES} from fold f cross join line l on l.product = f.product and l.step = f.step
        )
        select about, product, value_e2, passed_e2 from done order by n`,
      args: [company, id, reference, JSON.stringify(shares)],
    },
    signal,
  );
  return rows.map(toPostedShare);
}

/** An entry of a note that is in stock, which late costs may be about. */
export interface CostedEntry {
  readonly id: number;
  /** The access key of its note. */
  readonly reference: string;
  /** The part of the note that it stands for: nItem, and a position where the number repeats. */
  readonly part: string;
  readonly product: string;
  /** 1/10⁴. */
  readonly quantity_e4: number;
  /** 1/10²: what it cost, by its document; null: not given. */
  readonly cost_e2: number | null;
  readonly happenedAt: number;
}

/** The entries of postings of notes, in the order of writing. */
export async function entriesOf(
  ports: Pick<Ports, "reader">,
  company: number,
  postings: readonly { readonly key: string; readonly posting: string }[],
  signal?: AbortSignal,
): Promise<CostedEntry[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select m.id, m.origin_ref, m.product, m.quantity_e4, m.cost_e2, m.happened_at
        from json_each(?2) n cross join movements m
          on ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("(n.value ->> 'key')"), posting: "(n.value ->> 'posting')" }, "m.")}
        where m.quantity_e4 > 0 order by m.id`,
      args: [company, JSON.stringify(postings)],
    },
    signal,
  );
  return rows.map((row) => ({
    id: Number(row.id),
    reference: String(row.origin_ref).slice(0, String(row.origin_ref).indexOf("#")),
    part: /#([^/@]+)/.exec(String(row.origin_ref))?.[1] ?? "",
    product: String(row.product),
    quantity_e4: Number(row.quantity_e4),
    cost_e2: row.cost_e2 === null ? null : Number(row.cost_e2),
    happenedAt: Number(row.happened_at),
  }));
}
