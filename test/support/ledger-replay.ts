import { abs, type Cost, min, posted, rounded, type State, type Step } from "./value-replay.ts";

/** A row of `movements`, as the replay needs it. Quantities 1/10⁴, values 1/10². */
interface Row {
  readonly id: number;
  readonly posting: string;
  readonly product: string;
  readonly origin: string;
  /** What stands before the posting in `origin_ref`. */
  readonly line: string;
  readonly q: bigint;
  readonly c: bigint | null;
  readonly undoes: number | null;
  /** value, passed, after: quantity, value. */
  readonly figures: readonly number[];
}

/** A movement that another one names by its id. */
type ById = ReadonlyMap<number, Row>;

export interface Replayed {
  readonly states: ReadonlyMap<string, State>;
  /** The last cost of a product; absent: unknown. */
  readonly last: ReadonlyMap<string, Cost>;
  /** Movements whose figures are not those of the replay, with the figures that are right. */
  readonly wrong: readonly unknown[];
}

const rowOf = (row: Record<string, unknown>): Row => ({
  id: Number(row.id),
  posting: String(row.posting),
  product: String(row.product),
  origin: String(row.origin),
  line: /#([^@]*)@/.exec(String(row.origin_ref))?.[1] ?? "",
  q: BigInt(Number(row.quantity_e4)),
  c: row.cost_e2 === null ? null : BigInt(Number(row.cost_e2)),
  undoes: row.undoes === null ? null : Number(row.undoes),
  figures: [row.value_e2, row.passed_e2, row.after_e4, row.after_e2].map(Number),
});

/** Whether entries have given a cost, each alone or the lots of a line together. */
function isCostOf(cost: Cost | undefined, entries: readonly Row[]): boolean {
  const lines = Map.groupBy(entries, ({ line }) => line.split("/")[0]).values();
  const given = [...entries.map((one) => [one]), ...lines];
  const sum = (parts: readonly Row[], of: (one: Row) => bigint) =>
    parts.reduce((all, one) => all + of(one), 0n);
  return given.some(
    (parts) => cost?.e2 === sum(parts, ({ c }) => c ?? 0n) && cost.per === sum(parts, ({ q }) => q),
  );
}

/** The exit that an entry brings back; undefined: none. */
const exitOf = ({ line }: Row): number | undefined => {
  const exit = /\/volta-([0-9]+)$/.exec(line)?.[1];
  return exit === undefined ? undefined : Number(exit);
};

/** Whether the movement takes another one back: a late cost names the entry that it is about, which is no taking back. */
const takesBack = ({ q, undoes }: Row, byId: ById): boolean =>
  undoes !== null && (q !== 0n || byId.get(undoes)?.q === 0n);

/** The goods that a late cost, or what takes it back, is about. */
function unitsOf(id: number | null, byId: ById): bigint {
  const about = id === null ? undefined : byId.get(id);
  if (about === undefined) return 0n;
  if (about.q === 0n) return unitsOf(about.undoes, byId);
  return about.q < 0n ? -about.q : about.q;
}

/**
 * Replays a whole ledger (rows of `movements` in the order of writing) from the rules of docs/adr/0018 alone, posting by posting,
 * and compares each row with what it should be.
 */
export function replayLedger(rows: readonly Record<string, unknown>[]): Replayed {
  const all = rows.map(rowOf);
  const byId = new Map(all.map((one) => [one.id, one]));
  const values = new Map<number, bigint>();
  const passed = new Map<number, bigint>();
  const undone = new Set<number>();
  const states = new Map<string, State>();
  const entries = new Map<string, Row[]>();
  const last = new Map<string, Cost>();
  const afterOf = new Map<number, State>();
  const open = new Map<number, { q: bigint; v: bigint }>();
  const wrong: unknown[] = [];

  const put = (id: number): bigint => (values.get(id) ?? 0n) - (passed.get(id) ?? 0n);
  /**
   * What the exits before the movement `until` have left of what a late cost has put into the stock, or taken from it: each takes its
   * share. Goods that have come back by `now` count as never left.
   */
  const leftOf = (cost: number, size: bigint, until: number, now: number): bigint => {
    let { q = 0n } = afterOf.get(cost) ?? {};
    let left = q > 0n ? size : 0n;
    const { product } = byId.get(cost) ?? {};
    const known = all.filter((one) => one.id > cost && one.id < now && one.product === product);
    const undoers = new Map(
      known.flatMap((one) => (one.undoes === null ? [] : [[one.undoes, one]])),
    );
    for (const one of known.filter(({ id, q }) => id < until && q !== 0n)) {
      const undone = one.undoes === null ? undefined : byId.get(one.undoes);
      const exit = exitOf(undone ?? one);
      if (exit !== undefined && exit > cost) continue;
      if (undone !== undefined && undone.q < 0n && undone.id > cost) continue;
      let moved = one.q;
      if (one.q < 0n && undone === undefined) {
        if (undoers.has(one.id)) continue;
        for (const back of known)
          if (exitOf(back) === one.id && back.undoes === null && !undoers.has(back.id))
            moved += back.q;
      }
      const isExact = undone !== undefined && passed.get(one.id) === 0n;
      if (q + moved <= 0n) return 0n;
      if (moved < 0n && !isExact) left = rounded(left, q + moved, q);
      q += moved;
    }
    return left;
  };
  /** What is still in the stock of a late cost before the batch that takes it back, signed: its part of that of its posting. */
  const stillThere = (id: number, batch: readonly Row[]): bigint => {
    const now = Math.min(...batch.map(({ id }) => id));
    const { posting, product } = byId.get(id) ?? {};
    const shares = all.filter(
      (one) => one.posting === posting && one.product === product && one.q === 0n,
    );
    const cost = Math.max(...shares.map((one) => one.id));
    const size = shares.reduce((sum, one) => sum + abs(put(one.id)), 0n);
    const left = leftOf(cost, size, now, now);
    if (left === 0n) return 0n;
    const isRebate = shares.every((one) => (values.get(one.id) ?? 0n) < 0n);
    const mine = (total: bigint) => {
      const part = rounded(abs(put(id)), total, size);
      return put(id) < 0n ? -part : part;
    };
    if (!isRebate) return mine(left);
    let gone = 0n;
    const values0 = all.filter(
      ({ id, q, product }) =>
        id > cost && id < now && q === 0n && product === byId.get(cost)?.product,
    );
    // Costs of one posting were taken back and were not there whole: the last rebates had taken the rest, which does not come again.
    const emptied = Map.groupBy(
      values0.filter((one) => {
        const old = one.undoes ?? 0;
        const after = afterOf.get(one.id);
        if (put(one.id) > 0n || (values.get(one.id) ?? 0n) > 0n) return false;
        return byId.get(old)?.q === 0n && old < cost && after?.v === 0n && after.q > 0n;
      }),
      (one) => byId.get(one.undoes ?? 0)?.posting,
    );
    for (const backs of emptied.values()) {
      const olds = backs.map((one) => one.undoes ?? 0);
      const at = Math.min(...backs.map((one) => one.id));
      const later = values0.filter(
        (r) =>
          r.id < at &&
          (values.get(r.id) ?? 0n) < 0n &&
          byId.get(r.undoes ?? 0)?.q !== 0n &&
          !values0.some((back) => back.undoes === r.id && back.id < at),
      );
      const found = [...later, ...backs].reduce((sum, { id }) => sum - put(id), 0n);
      const whole = olds.reduce((sum, id) => sum + abs(put(id)), 0n);
      const lacks = leftOf(Math.max(...olds), whole, at, now) - found;
      const then = leftOf(cost, size, at, now);
      if (lacks > 0n) gone += rounded(lacks, size, then);
    }
    return gone >= size ? 0n : mine(rounded(left, size - gone, size));
  };
  /** The exits that the present posting has brought back already. */
  const shared = new Set<number>();
  /** What comes back of an exit: its share of the value that is still out. */
  const returned = (one: Row, exit: number): bigint => {
    const out = open.get(exit) ?? { q: 0n, v: 0n };
    const whole = byId.get(exit);
    // What left below zero may come back at another value: at each document what is still out has its share again.
    const isFirst = !shared.has(exit);
    shared.add(exit);
    if (isFirst && whole !== undefined && (afterOf.get(exit)?.q ?? 0n) < 0n)
      out.v = rounded(-(values.get(exit) ?? 0n), out.q, -whole.q);
    const value = out.q === 0n ? 0n : rounded(out.v, one.q, out.q);
    open.set(exit, { q: out.q - one.q, v: out.v - value });
    return value;
  };
  /** Of the goods of an exit that come back, from the units `from` on: those that had left below zero, and what the others took. */
  const belowOf = (exit: number, from: bigint, units: bigint): Pick<Step, "below"> => {
    const one = byId.get(exit);
    const state = afterOf.get(exit);
    if (one === undefined || state === undefined || one.q >= 0n || state.q >= 0n) return {};
    const whole = -one.q;
    const below = min(-state.q, whole);
    const above = rounded(-(values.get(exit) ?? 0n), whole - below, whole);
    const share = (n: bigint) => rounded(n, from + units, whole) - rounded(n, from, whole);
    return { below: { units: share(below), above: share(above) } };
  };
  const stepOf = (one: Row, mine: readonly Row[]): Step => {
    const u = one.q === 0n ? unitsOf(one.undoes, byId) : 0n;
    if (takesBack(one, byId)) {
      const undone = one.undoes ?? 0;
      const c = -(values.get(undone) ?? 0n);
      if (one.q === 0n) return { q: 0n, c, still: -stillThere(undone, mine) };
      return { q: one.q, c, ...belowOf(undone, 0n, one.q) };
    }
    const exit = exitOf(one);
    if (exit !== undefined) {
      const from = -(byId.get(exit)?.q ?? 0n) - (open.get(exit)?.q ?? 0n);
      return { q: one.q, c: returned(one, exit), u, ...belowOf(exit, from, one.q) };
    }
    return { q: one.q, c: one.q < 0n ? null : one.c, u };
  };
  /** The last cost that a document brings: that of its last line, all lots of it together. */
  const learn = (mine: readonly Row[]): void => {
    const costed = mine.filter(({ q, c }) => q > 0n && c !== null);
    const line = (one: Row) => one.line.split("/")[0];
    for (const [, parts] of Map.groupBy(costed, line)) {
      const e2 = parts.reduce((sum, { c }) => sum + (c ?? 0n), 0n);
      const per = parts.reduce((sum, { q }) => sum + q, 0n);
      const [first] = parts;
      if (first !== undefined && e2 > 0n) last.set(first.product, { e2, per });
    }
  };

  // What a note's events take out or bring back in the batch of its posting is a step of its own.
  for (const whole of Map.groupBy(all, ({ origin, posting }) => `${origin} ${posting}`).values()) {
    shared.clear();
    const back = whole.filter((one) => takesBack(one, byId));
    const reversal = back.length > 0 && whole[0]?.origin !== "EVENTO";
    for (const product of new Set(whole.map((one) => one.product))) {
      const mine = whole.filter((one) => one.product === product);
      if (!reversal) learn(mine);
      const right = posted(
        states.get(product) ?? { q: 0n, v: 0n },
        mine.map((one) => stepOf(one, mine)),
        last.get(product) ?? null,
        reversal,
      );
      for (const [i, { valued }] of right.entries()) {
        const one = mine[i];
        if (one === undefined) continue;
        const figures = [valued.value, valued.passed, valued.after.q, valued.after.v].map(Number);
        if (String(figures) !== String(one.figures)) wrong.push([one, figures]);
        values.set(one.id, valued.value);
        passed.set(one.id, valued.passed);
        afterOf.set(one.id, valued.after);
        states.set(product, valued.after);
        if (one.q < 0n && one.undoes === null) open.set(one.id, { q: -one.q, v: -valued.value });
        if (one.q > 0n && one.undoes === null)
          entries.set(product, [...(entries.get(product) ?? []), one]);
      }
    }
    for (const one of back) {
      if (one.undoes === null) continue;
      undone.add(one.undoes);
      // What had come back of an exit is out again.
      const old = byId.get(one.undoes);
      const exit = old === undefined ? undefined : exitOf(old);
      const out = exit === undefined ? undefined : open.get(exit);
      if (old !== undefined && exit !== undefined && out !== undefined)
        open.set(exit, { q: out.q + old.q, v: out.v + (values.get(old.id) ?? 0n) });
    }
    const gone = back.flatMap(({ undoes }) => {
      const old = undoes === null ? undefined : byId.get(undoes);
      return old !== undefined && old.q > 0n && (old.c ?? 0n) > 0n ? [old] : [];
    });
    if (reversal)
      for (const { product } of whole) {
        if (
          !isCostOf(
            last.get(product),
            gone.filter((one) => one.product === product),
          )
        )
          continue;
        const newest = (entries.get(product) ?? []).findLast(
          ({ id, c }) => (c ?? 0n) > 0n && !undone.has(id),
        );
        if (newest === undefined) last.delete(product);
        else last.set(product, { e2: newest.c ?? 0n, per: newest.q });
      }
  }
  return { states, last, wrong };
}
