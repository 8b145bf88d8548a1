import { type Cost, posted, type State, type Step } from "./value-replay.ts";

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
  const undone = new Set<number>();
  const states = new Map<string, State>();
  const entries = new Map<string, Row[]>();
  const last = new Map<string, Cost>();
  const open = new Map<number, { q: bigint; v: bigint }>();
  const wrong: unknown[] = [];

  /** What comes back of an exit: its share of the value that is still out. */
  const returned = (one: Row, exit: number): bigint => {
    const out = open.get(exit) ?? { q: 0n, v: 0n };
    const value = out.q === 0n ? 0n : (2n * out.v * one.q + out.q) / (2n * out.q);
    open.set(exit, { q: out.q - one.q, v: out.v - value });
    return value;
  };
  const stepOf = (one: Row): Step => {
    const u = one.q === 0n ? unitsOf(one.undoes, byId) : 0n;
    if (takesBack(one, byId)) return { q: one.q, c: -(values.get(one.undoes ?? 0) ?? 0n), u };
    const exit = exitOf(one);
    if (exit !== undefined) return { q: one.q, c: returned(one, exit), u };
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
    const back = whole.filter((one) => takesBack(one, byId));
    const reversal = back.length > 0 && whole[0]?.origin !== "EVENTO";
    for (const product of new Set(whole.map((one) => one.product))) {
      const mine = whole.filter((one) => one.product === product);
      if (!reversal) learn(mine);
      const right = posted(
        states.get(product) ?? { q: 0n, v: 0n },
        mine.map(stepOf),
        last.get(product) ?? null,
        reversal,
      );
      for (const [i, { valued }] of right.entries()) {
        const one = mine[i];
        if (one === undefined) continue;
        const figures = [valued.value, valued.passed, valued.after.q, valued.after.v].map(Number);
        if (String(figures) !== String(one.figures)) wrong.push([one, figures]);
        values.set(one.id, valued.value);
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
    const tookCost = back.some(({ undoes }) => {
      const old = undoes === null ? undefined : byId.get(undoes);
      return old !== undefined && old.q > 0n && (old.c ?? 0n) > 0n;
    });
    if (reversal && tookCost)
      for (const { product } of whole) {
        const newest = (entries.get(product) ?? []).findLast(
          ({ id, c }) => (c ?? 0n) > 0n && !undone.has(id),
        );
        if (newest === undefined) last.delete(product);
        else last.set(product, { e2: newest.c ?? 0n, per: newest.q });
      }
  }
  return { states, last, wrong };
}
