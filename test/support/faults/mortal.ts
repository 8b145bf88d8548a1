import type { Ports } from "../../../src/ports/ports.ts";
import type { SefazCaller } from "../../../src/ports/sefaz.ts";
import type { WriteJob } from "../../../src/ports/sql.ts";
import type { Random } from "../../../src/synthetic/random.ts";

/** The process ends here: nothing after it runs. */
export class Killed extends Error {}

/** Ports of a process whose commits fail now and then, before or after they are written: `share` of 2,000 each. */
export function mortal<P extends Ports>(ports: P, random: Random, share: number): P {
  const commit = ports.writer.commit.bind(ports.writer);
  return {
    ...ports,
    writer: {
      async commit<T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> {
        if (random.below(2_000) < share) throw new Killed();
        const result = await commit(job, signal);
        if (random.below(2_000) < share) throw new Killed();
        return result;
      },
    },
  };
}

/** A caller of the tax office whose process may also be killed while its call is carried out; each call takes up to 500 ms. */
export const mortalCaller = (
  caller: SefazCaller,
  clock: { advance(ms: number): void },
  random: Random,
  share: number,
): SefazCaller => ({
  async call(service, request) {
    const answer = await caller.call(service, request);
    if (random.below(2_000) < share) throw new Killed();
    clock.advance(random.below(500));
    return answer;
  },
});
