/**
 * The value of a product by moving average, read again with BigInt from the rules alone: nothing of the service's SQL.
 * Quantities 1/10⁴, values 1/10².
 */
export interface State {
  q: bigint;
  v: bigint;
}

export interface Step {
  /** Signed; 0: a late cost. */
  readonly q: bigint;
  /** What it comes with; null: not given. */
  readonly c: bigint | null;
  /** Of a late cost: the units that it is about. */
  readonly u?: bigint;
  /** Of a late cost that is taken back: what is still here of it, signed as `c`. */
  readonly still?: bigint;
  /** Of goods that come back: those that had left below zero, and the value that the others took. */
  readonly below?: { readonly units: bigint; readonly above: bigint };
}

export interface Cost {
  readonly e2: bigint;
  readonly per: bigint;
}

export interface Valued {
  readonly value: bigint;
  readonly passed: bigint;
  readonly after: State;
}

export const abs = (n: bigint) => (n < 0n ? -n : n);
export const min = (a: bigint, b: bigint) => (a < b ? a : b);
/** a·b/d, half up. */
export const rounded = (a: bigint, b: bigint, d: bigint) => (2n * a * b + d) / (2n * d);

/** One step; `whole`: a reversal may be exact. */
export function step(
  before: State,
  { q, c, u = 0n, still, below }: Step,
  last: Cost | null,
  whole = true,
): Valued {
  const { q: Q, v: V } = before;
  const done = (value: bigint, v: bigint): Valued => ({
    value,
    passed: V + value - v,
    after: { q: Q + q, v },
  });
  const average = (units: bigint) => {
    if (Q !== 0n) return rounded(abs(V), units, abs(Q));
    return last === null ? 0n : rounded(last.e2, units, last.per);
  };
  if (q === 0n) {
    const cost = c ?? 0n;
    if (Q <= 0n) return done(cost, V);
    if (still !== undefined) return done(cost, V + still < 0n ? 0n : V + still);
    const share = rounded(abs(cost), min(Q, u), u);
    const v = cost < 0n ? V - share : V + share;
    return done(cost, v < 0n ? 0n : v);
  }
  if (c === null) {
    const value = q < 0n ? -average(-q) : average(q);
    return done(value, V + value);
  }
  if (q > 0n && below !== undefined) {
    // Those that are still owed settle the debt; the others have the cost of today.
    const free = below.units - (Q < 0n ? -Q : 0n);
    const now = Q > 0n ? { e2: V, per: Q } : last;
    if (free > 0n && now !== null) {
      const v = (Q > 0n ? V : 0n) + below.above + rounded(now.e2, free, now.per);
      return done(v - V, v);
    }
  }
  if (q > 0n) {
    if (Q >= 0n) return done(c, V + c);
    if (Q + q <= 0n) return done(c, V + average(q));
    return done(c, c - rounded(c, -Q, q));
  }
  if (Q === 0n) return done(c, c);
  if (Q + q === 0n) return done(c, 0n);
  if (whole && Q + q > 0n && V + c > 0n) return done(c, V + c);
  return done(c, V - average(-q));
}

/** The steps of one posting for one product, in document order; entries come first. `reversal`: each takes something back. */
export function posted(
  before: State,
  steps: readonly Step[],
  last: Cost | null,
  reversal = false,
): { step: Step; valued: Valued }[] {
  const ordered = [...steps.filter(({ q }) => q >= 0n), ...steps.filter(({ q }) => q < 0n)];
  const q = before.q + steps.reduce((sum, one) => sum + one.q, 0n);
  const v = before.v + steps.reduce((sum, one) => sum + (one.still ?? one.c ?? 0n), 0n);
  const whole = !reversal || q === 0n || (q > 0n && v > 0n);
  let state = before;
  return ordered.map((one) => {
    const valued = step(state, one, last, whole);
    state = valued.after;
    return { step: one, valued };
  });
}
