import fc from "fast-check";

/*
 * Random histories of a company's stock, as its people and documents make them. `which` chooses one of what is there at that
 * moment, by the rest of a division.
 */

const which = fc.nat({ max: 30 });
const code = fc.constantFrom("A", "B", "C");
const lot = fc.constantFrom(null, null, "L1", "L2");
const daysBack = fc.constantFrom(0, 0, 1, 3, 20);
const item = fc.record({
  code,
  unit: fc.constantFrom("UN", "UN", "CX"),
  quantity: fc.integer({ min: 1, max: 12 }),
  cents: fc.oneof(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 9_999_999 })),
  freight: fc.constantFrom(0, 0, 7),
  lot,
});

/** A document that a supplier, a customer or the company itself issues; `approve`: with its upload. */
const document = fc.record({
  kind: fc.constant("document" as const),
  sort: fc.constantFrom(
    "purchase" as const,
    "purchase" as const,
    "purchase" as const,
    "sale" as const,
    "sale" as const,
    "gift" as const,
    "return" as const,
    "complement" as const,
  ),
  supplier: fc.nat({ max: 1 }),
  items: fc.array(item, { minLength: 1, maxLength: 3 }),
  daysBack,
  approve: fc.constantFrom(true, true, false),
  of: which,
});

const onNote = fc.record({
  kind: fc.constantFrom(
    "approve" as const,
    "reverse" as const,
    "reverse" as const,
    "cancel" as const,
    "loss" as const,
    "loss" as const,
    "undoLoss" as const,
    "undoLoss" as const,
    "undoLoss" as const,
    "send" as const,
  ),
  which,
  quantity: fc.integer({ min: 1, max: 6 }),
  /** 112130 by the supplier, or 211124 by the company. */
  ours: fc.boolean(),
});

const cost = fc.record({
  kind: fc.constant("cost" as const),
  which,
  cents: fc.integer({ min: -300, max: 9_999 }).filter((amount) => amount !== 0),
});
const costBack = fc.record({ kind: fc.constant("costBack" as const), which });

const hand = fc.record({
  kind: fc.constant("hand" as const),
  product: which,
  enters: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 150_000 }),
  cents: fc.option(fc.integer({ min: 0, max: 500 })),
  lot,
  daysBack: fc.constantFrom(null, null, 0, 2),
});
const handBack = fc.record({ kind: fc.constant("handBack" as const), which });

const mapping = fc.record({
  kind: fc.constant("mapping" as const),
  supplier: fc.nat({ max: 1 }),
  code,
  unit: fc.constantFrom("UN", "CX"),
  product: which,
  factor: fc.constantFrom("1", "12", "1/12", "2.5"),
});
const profile = fc.record({
  kind: fc.constant("profile" as const),
  preset: fc.constantFrom("none", "real_trade", "real_industry", "presumido_trade"),
});
const negative = fc.record({ kind: fc.constant("negative" as const), allowed: fc.boolean() });

const counting = fc.oneof(
  fc.record({ kind: fc.constant("open" as const) }),
  fc.record({
    kind: fc.constant("lines" as const),
    product: which,
    quantity: fc.nat({ max: 30 }),
  }),
  fc.record({ kind: fc.constant("close" as const), missing: fc.constantFrom("keep", "zero") }),
  fc.record({ kind: fc.constant("giveUp" as const) }),
);

export const act = fc.oneof(
  { weight: 9, arbitrary: document },
  { weight: 6, arbitrary: onNote },
  { weight: 2, arbitrary: cost },
  { weight: 2, arbitrary: costBack },
  { weight: 4, arbitrary: hand },
  { weight: 2, arbitrary: handBack },
  { weight: 2, arbitrary: mapping },
  { weight: 1, arbitrary: profile },
  { weight: 1, arbitrary: negative },
  { weight: 4, arbitrary: counting },
);
export type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;
export type DocumentAct = Extract<Act, { kind: "document" }>;

/**
 * Acts of several clients at once, each some turns of the event loop after the one before, and the time that passes before the
 * next ones (tokens are good for a day).
 */
const step = fc.record({
  acts: fc.array(fc.record({ act, turns: fc.nat({ max: 4 }) }), { minLength: 1, maxLength: 3 }),
  minutes: fc.constantFrom(0, 1, 40, 150),
});
export type StepOfHistory = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A history begins with a purchase that is in stock, and some with its sale, for most acts are about such notes. */
export const historyOf = (steps: number) =>
  fc.noBias(
    fc.record({
      bought: fc.array(item, { minLength: 1, maxLength: 2 }),
      sold: fc.boolean(),
      steps: fc.array(step, { minLength: 2, maxLength: steps, size: "max" }),
      /** A movement after whose writing the past is asked for. */
      moment: fc.nat({ max: 1_000 }),
    }),
  );
export type History = ReturnType<typeof historyOf> extends fc.Arbitrary<infer H> ? H : never;

/** The steps of a history. */
export const stepsOf = ({ bought, sold, steps }: History): StepOfHistory[] => {
  const first = (sort: "purchase" | "sale") => {
    const document = { kind: "document", sort, supplier: 0, items: bought, of: 0 } as const;
    const act = { ...document, daysBack: 3, approve: true } as const;
    return { acts: [{ act, turns: 0 }], minutes: 1 as const };
  };
  return [first("purchase"), ...(sold ? [first("sale")] : []), ...steps];
};
