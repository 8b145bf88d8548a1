import type { RateLimits } from "../../src/ports/limits.ts";
import { type Contract, claim, like, same } from "./claims.ts";

export interface OpenLimits {
  readonly limits: RateLimits;
  /** Lets time pass. */
  later(ms: number): void;
}

const BUCKET = { capacity: 3, perSecond: 2 };

/** Nearly `ms`: the counter may be a call away, and time passes. */
const nearly = (actual: number | undefined, ms: number) =>
  claim(actual !== undefined && actual <= ms && actual > ms * 0.6, `${actual} is not about ${ms}`);

const drained = async ({ limits }: OpenLimits) => {
  const taken = [];
  for (let n = 0; n < 4; n += 1) taken.push(await limits.take("user 1", BUCKET));
  return taken;
};

/** Ports.RateLimits, for every implementation. */
export const limitsContract: Contract<() => OpenLimits> = [
  {
    name: "a full bucket lets its capacity pass at once, and then gives the time to wait",
    async run(open) {
      const taken = await drained(open());
      same(
        taken.map(({ allowed, remaining }) => [allowed, remaining]),
        [
          [true, 2],
          [true, 1],
          [true, 0],
          [false, 0],
        ],
      );
      nearly(taken[2]?.resetMs, 1_500);
      nearly(taken[3]?.resetMs, 500);
    },
  },
  {
    name: "a bucket refills at its rate up to its capacity",
    async run(open) {
      const world = open();
      await drained(world);
      world.later(500);
      same((await world.limits.take("user 1", BUCKET)).allowed, true);
      same((await world.limits.take("user 1", BUCKET)).allowed, false);
      world.later(3_600_000);
      like(await world.limits.take("user 1", BUCKET), { allowed: true, remaining: 2 });
    },
  },
  {
    name: "keys do not share a bucket",
    async run(open) {
      const world = open();
      await drained(world);
      like(await world.limits.take("user 2", BUCKET), { allowed: true, remaining: 2 });
    },
  },
  {
    name: "a bucket lets no more concurrent calls pass than it holds",
    async run(open) {
      const { limits } = open();
      const taken = await Promise.all(
        Array.from({ length: 20 }, () => limits.take("user 1", BUCKET)),
      );
      same(taken.filter(({ allowed }) => allowed).length, 3);
    },
  },
];
