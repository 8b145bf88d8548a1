import { expect, test } from "bun:test";
import type { Ports, RateLimits } from "../../src/ports.ts";
import { testClock } from "../support/ports.ts";

const BUCKET = { capacity: 3, perSecond: 2 };

/** Ports.RateLimits, whoever implements it. */
export function limitsContract(name: string, open: (clock: Ports["clock"]) => RateLimits): void {
  const drained = async () => {
    const clock = testClock();
    const limits = open(clock);
    const taken = [];
    for (let n = 0; n < 4; n += 1) taken.push(await limits.take("user 1", BUCKET));
    return { clock, limits, taken };
  };

  test(`${name}: a full bucket lets its capacity pass at once, and then says how long to wait`, async () => {
    const { taken } = await drained();
    expect(taken.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ]);
    expect(taken[3]?.resetMs).toBeCloseTo(500);
  });

  test(`${name}: time fills it at its rate and no further than its capacity`, async () => {
    const { clock, limits } = await drained();
    clock.advance(500);
    expect((await limits.take("user 1", BUCKET)).allowed).toBe(true);
    expect((await limits.take("user 1", BUCKET)).allowed).toBe(false);
    clock.advance(3_600_000);
    expect(await limits.take("user 1", BUCKET)).toMatchObject({ allowed: true, remaining: 2 });
  });

  test(`${name}: keys do not share a bucket`, async () => {
    const { limits } = await drained();
    expect(await limits.take("user 2", BUCKET)).toMatchObject({ allowed: true, remaining: 2 });
  });
}
