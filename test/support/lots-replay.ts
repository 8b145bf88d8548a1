/**
 * Lots read again from the rules alone, one movement after the other with a map: nothing of the service's SQL.
 * Quantities 1/10⁴.
 */
export interface Moved {
  readonly id: number;
  readonly posting: string;
  readonly product: string;
  readonly q: number;
  readonly lot: string | null;
  readonly expiresOn: string | null;
  readonly undoes: number | null;
}

interface Lot {
  readonly lot: string;
  readonly expiresOn: string;
  q: number;
}

const NEVER = "never";

/** What each lot has in the end, and what each movement brought to it or took: `product|lot|expiry`, and `id|lot|expiry`. */
export function replayLots(movements: readonly Moved[], dayOf: (posting: string) => string) {
  const lots = new Map<string, Lot[]>();
  const balances = new Map<string, number>();
  const parts = new Map<string, number>();
  const ofMovement = (id: number) =>
    [...parts].flatMap(([key, q]) => {
      const [movement, lot = "", expiresOn = ""] = key.split("|");
      return Number(movement) === id ? [{ lot, expiresOn, q }] : [];
    });
  const move = ({ id, product }: Moved, lot: string, expiresOn: string, q: number) => {
    if (q === 0) return;
    const all = lots.get(product) ?? [];
    lots.set(product, all);
    const there = all.find((other) => other.lot === lot && other.expiresOn === expiresOn);
    if (there === undefined) all.push({ lot, expiresOn, q });
    else there.q += q;
    const key = `${id}|${lot}|${expiresOn}`;
    parts.set(key, (parts.get(key) ?? 0) + q);
  };
  const here = (product: string) => (lots.get(product) ?? []).filter(({ q }) => q > 0);
  const inOrder = (a: Lot, b: Lot) =>
    a.expiresOn === b.expiresOn ? (a.lot < b.lot ? -1 : 1) : a.expiresOn < b.expiresOn ? -1 : 1;
  const take = (one: Moved, from: readonly Lot[], want: number): number => {
    let left = want;
    for (const lot of from) {
      const taken = Math.min(left, lot.q);
      move(one, lot.lot, lot.expiresOn, -taken);
      left -= taken;
    }
    return left;
  };
  for (const posting of new Set(movements.map((one) => one.posting))) {
    const mine = movements.filter((one) => one.posting === posting);
    for (const one of mine.filter(({ q }) => q > 0)) {
      const after = (balances.get(one.product) ?? 0) + one.q;
      balances.set(one.product, after);
      let room = Math.min(one.q, Math.max(after, 0));
      const brought =
        one.undoes === null
          ? one.lot === null
            ? []
            : [{ lot: one.lot, expiresOn: one.expiresOn ?? NEVER, q: one.q }]
          : ofMovement(one.undoes)
              .map((part) => ({ ...part, q: -part.q }))
              .sort((a, b) => -inOrder({ ...a, lot: b.lot }, { ...b, lot: a.lot }));
      for (const { lot, expiresOn, q } of brought) {
        const stays = Math.min(q, room);
        move(one, lot, expiresOn, stays);
        room -= stays;
      }
    }
    const open = new Map<Moved, number>();
    const exits = mine.filter(({ q }) => q < 0);
    for (const one of exits) {
      open.set(one, -one.q);
      const wants = one.lot === null ? [] : [{ lot: one.lot, expiresOn: one.expiresOn, q: -one.q }];
      const named = exits.some(
        (other) =>
          other.product === one.product && other.lot === one.lot && other.expiresOn !== null,
      );
      for (const want of wants) {
        const asked = want.expiresOn ?? (named || one.undoes !== null ? NEVER : null);
        const from = here(one.product)
          .filter(({ lot, expiresOn }) => lot === want.lot && (asked ?? expiresOn) === expiresOn)
          .sort(inOrder);
        open.set(one, (open.get(one) ?? 0) - want.q + take(one, from, want.q));
      }
    }
    for (const one of exits) {
      const stock = (balances.get(one.product) ?? 0) - sumOf(exits, one, open);
      const day = dayOf(posting);
      const all = here(one.product).sort(inOrder);
      const rest = Math.max(0, stock - all.reduce((sum, { q }) => sum + q, 0));
      let left = take(
        one,
        all.filter(({ expiresOn }) => expiresOn >= day),
        open.get(one) ?? 0,
      );
      left -= Math.min(left, rest);
      take(
        one,
        all.filter(({ expiresOn }) => expiresOn < day),
        left,
      );
      open.set(one, 0);
    }
    for (const { product, q } of exits) balances.set(product, (balances.get(product) ?? 0) + q);
  }
  const ended = new Map<string, number>();
  for (const [product, all] of lots)
    for (const { lot, expiresOn, q } of all) ended.set(`${product}|${lot}|${expiresOn}`, q);
  return { ended, parts, balances };
}

/** What the exits of a product in one posting have taken so far. */
function sumOf(
  exits: readonly Moved[],
  { product }: Moved,
  open: ReadonlyMap<Moved, number>,
): number {
  return exits
    .filter((other) => other.product === product)
    .reduce((sum, other) => sum - other.q - (open.get(other) ?? 0), 0);
}
