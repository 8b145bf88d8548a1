import { parameters } from "../../lib/parameters.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { fromDocument, IS_FIRST, OF_NOTE, refsOf } from "../found-movements.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { addToSpan } from "../spans.ts";
import { movements } from "../tables.ts";
import { balancesAfter } from "./balances.ts";
import { belowZero, valueAboveZero } from "./left-below-zero.ts";
import { BACK_FIGURES, stepPlace, valuationSteps } from "./valued-fold.ts";

/** The origin of movements that an event of the tax office causes. */
export const EVENT_ORIGIN = "EVENTO";

/** Goods that leave because an event says so: a part of what an item of a posted note brought. */
export interface EventExit {
  /** Item and event: `<nItem>/<event id>`, with `/<n>` where one event takes from several movements of an item. */
  readonly line: string;
  /** `origin_ref` of the note's movement that brought the goods: it names the product. */
  readonly from: string;
  /** The goods are of the lot of that movement. */
  readonly ofLot: boolean;
  /** 1/10⁴, in stock units; positive. */
  readonly quantity_e4: number;
  /** What happened, for people. */
  readonly notes: string;
  /** ms UTC. */
  readonly happenedAt: number;
}

/** An exit of an event that stands in the ledger and was not taken back. */
export interface StandingExit {
  readonly id: number;
  readonly line: string;
  readonly product: string;
  readonly lot: string | null;
  /** Signed, 1/10⁴: below 0. */
  readonly quantity_e4: number;
}

/** Exits of events that are made and taken back in one batch, under one posting. */
export interface EventExitChange {
  readonly company: number;
  /** Unique id: the posting of these movements. */
  readonly id: string;
  readonly accessKey: string;
  readonly made: readonly EventExit[];
  readonly takenBack: readonly StandingExit[];
  /** Why exits are taken back. */
  readonly reason: string;
  readonly userId: number;
  readonly at: number;
  /** The company's day of `at`, YYYY-MM-DD. */
  readonly day: string;
  /** Selects a row where the batch has won; its ?1 is the company. */
  readonly guard: Guard;
}

/** SQL condition on `movements m`: an exit of an event of a note that stands. The key is the parameter `key`; ?1 the company. */
export const standingExit = (key: string): string =>
  `m.company = ?1 and m.origin = '${EVENT_ORIGIN}' and m.origin_ref > ${key} || '#' and m.origin_ref < ${key} || '$'
    and m.${IS_FIRST} and m.undoes is null
    and not exists (select 1 from movements r where r.company = ?1 and r.undoes = m.id and r.quantity_e4 <> 0)`;

const EXIT = columnsOf(movements, "m", ["id", "product", "lot", "quantity_e4", "originRef"]);

/** The exits of a note's events that stand, in the order of writing. */
export async function standingExits(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<StandingExit[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${EXIT.sql} from movements m where ${standingExit("?2")} order by m.id`,
      args: [company, accessKey],
    },
    signal,
  );
  return rows.map((row) => {
    const { originRef, ...exit } = EXIT.read(row);
    return { ...exit, line: /#([^@]+)@/.exec(originRef)?.[1] ?? "" };
  });
}

/** The movements of one posting of event exits. ?1 company, ?2 posting, ?3 access key. */
const OF_POSTING = `company = ?1 and origin = '${EVENT_ORIGIN}' and origin_ref > ?3 || '#' and origin_ref < ?3 || '$'
  and ${IS_FIRST} and posting = ?2`;

const headOf = ({
  company,
  id,
  accessKey,
}: Pick<EventExitChange, "company" | "id" | "accessKey">) => [company, id, accessKey];

/** Selects a row where the change was written: for statements that come after it. */
export const eventExitsMade = (
  change: Pick<EventExitChange, "company" | "id" | "accessKey">,
): Guard => ({ sql: `select 1 from movements where ${OF_POSTING}`, args: headOf(change) });

/**
 * Statements of a change: the movements, the balances, the sums. For one batch, after the statement that its guard looks for and
 * after the movements of the note that its exits name; where that has lost, they change nothing. An exit leaves at the average
 * of its moment; one that is taken back brings back what it took. Nothing to do: no statements.
 */
export function changeEventExits(change: EventExitChange): Statement[] {
  const { company, made, takenBack, at } = change;
  if (made.length === 0 && takenBack.length === 0) return [];
  const amounts = [
    ...takenBack.map(({ quantity_e4 }) => ({ quantity_e4: -quantity_e4, cost_e2: null })),
    ...made.map(({ quantity_e4 }) => ({ quantity_e4: -quantity_e4, cost_e2: null })),
  ];
  return [
    insertMovements(change),
    { sql: balancesAfter(OF_POSTING, "?4"), args: [...headOf(change), at] },
    ...keepLots({
      movements: { sql: OF_POSTING, args: headOf(change) },
      day: change.day,
      has: {
        entries: takenBack.length > 0,
        namedExits: made.some(({ ofLot }) => ofLot),
        exits: made.length > 0,
      },
    }),
    addToSpan({ company, origin: EVENT_ORIGIN, at, amounts }, eventExitsMade(change)),
  ];
}

function insertMovements(change: EventExitChange): Statement {
  const { id, accessKey, made, takenBack, reason, userId, at, guard } = change;
  const { args, add } = parameters<Value>(guard.args);
  const [posting, key, now] = [add(id), add(accessKey), add(at)];
  const back = add(JSON.stringify(takenBack.map((one) => one.id)));
  const exits = add(JSON.stringify(made));
  return {
    sql: `with recursive brought as materialized (
        select m.product, m.lot, m.expires_on, m.origin_ref ${fromDocument({ origin: OF_NOTE, refs: refsOf(key) })}
      ),
      line as materialized (
        select *, ${stepPlace()} from (
          select m.id as n, m.product, -m.quantity_e4 as q, -m.value_e2 as c, ${belowZero("m")} as u,
            ${valueAboveZero("m")} as above, m.lot, m.expires_on,
            substr(m.origin_ref, 1, instr(m.origin_ref, '@') - 1) || '/back@' || ${posting} as origin_ref,
            ${add(reason)} as notes, ${now} as happened_at, m.id as undoes
          from json_each(${back}) t cross join movements m on m.id = t.value and m.company = ?1
          where exists (${guard.sql})
          union all
          select e.key, m.product, -(e.value ->> 'quantity_e4'), null, 0, 0, iif(e.value ->> 'ofLot', m.lot, null),
            iif(e.value ->> 'ofLot', m.expires_on, null), ${key} || '#' || (e.value ->> 'line') || '@' || ${posting},
            e.value ->> 'notes', e.value ->> 'happenedAt', null
          from json_each(${exits}) e
          cross join brought m on m.origin_ref = e.value ->> 'from'
          where exists (${guard.sql})
        )
      ),
      ${valuationSteps({ back: "some" })}
      insert into movements (company, product, type, quantity_e4, lot, expires_on, origin, origin_ref, reference, notes,
        posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, undoes)
      select ?1, f.product, case when f.q > 0 then 'ENTRADA' else 'SAIDA' end, f.q, l.lot, l.expires_on, '${EVENT_ORIGIN}',
        l.origin_ref, ${key}, l.notes, ${posting}, ${add(userId)}, ${now}, l.happened_at, ${BACK_FIGURES}, l.undoes
      from fold f cross join line l on l.product = f.product and l.step = f.step
      order by f.step, f.n`,
    args,
  };
}
