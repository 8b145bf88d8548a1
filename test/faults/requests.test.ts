import { expect, test } from "bun:test";
import pMap from "p-map";
import { NoteStream } from "../../src/synthetic/note-stream.ts";
import { withApp } from "../support/app.ts";
import { FULL } from "../support/full.ts";
import { runJobs } from "../support/run-jobs.ts";
import { FAULTS, type Fault, type FaultPlan, injectFault } from "./inject.ts";
import { type Ended, Run, SCENARIOS, type Scenario } from "./scenarios.ts";
import { stateOf, unsound } from "./state.ts";

/** With these a caller waits until its time is over; so it is short, and several wait together. */
const WAITED: ReadonlySet<Fault> = new Set(["hangs", "late"]);
const SHORT_MS = 30;

/**
 * How an act may end that met a fault: as always, or with a problem that says no more than is known. A batch that a layer
 * in between sends twice meets its own rows: the second one is refused as a whole.
 */
const FAIR =
  /^(200 \S+|202 null|409 nfe\.duplicate|500 (internal|storage\.rejected)|503 overloaded|504 (deadline|storage\.unknown)|0 \S+)$/;

/** Every row of the table; `check` takes one in three, which meets each call and each fault. */
const STEP = FULL ? 1 : 3;

/** The calls of one run come in the order of the recorded one. */
const IN_ORDER = { config: { BATCH_CONCURRENCY: 1 } };

for (const scenario of SCENARIOS)
  test(
    `${scenario.name}: each call that fails, is lost, hangs, is late or doubled ends in the right state`,
    () =>
      withApp(async (service) => {
        const stream = new NoteStream({ items: 3, products: 3, seed: 7 });
        const begin = async () => {
          const run = new Run(service, scenario, stream);
          await scenario.prepare?.(run);
          return run;
        };
        // The first one makes the products; the second is as all that follow.
        await scenario.act(await begin(), {});
        const recorded = await begin();
        const watched = injectFault(service.ports, null);
        const whole = await scenario.act(recorded, watched.overrides);
        expect([whole.text, scenario.done(whole)]).toEqual([whole.text, true]);

        const table = watched.calls
          .flatMap((call, at) => FAULTS.map((fault) => ({ call, plan: { at, fault } })))
          .filter((_, row) => row % STEP === 0);
        const runs: { run: Run; row: string }[] = [];
        const replay = async ({ call, plan }: { call: string; plan: FaultPlan }) => {
          const row = `${plan.fault} at ${plan.at} ${call}`;
          const run = await begin();
          const ended = await replayed(scenario, run, plan);
          expect([row, `${ended.status} ${ended.code}`]).toEqual([
            row,
            expect.stringMatching(FAIR),
          ]);
          runs.push({ run, row });
        };
        for (const one of table) if (!WAITED.has(one.plan.fault)) await replay(one);
        const waiting = table.filter((one) => WAITED.has(one.plan.fault));
        await pMap(waiting, replay, { concurrency: 12 });

        await runJobs(service.ports);
        const right = await stateOf(recorded);
        for (const { run, row } of runs) expect([row, await stateOf(run)]).toEqual([row, right]);
        expect(await unsound(service)).toEqual([]);
        expect(watched.calls.length).toBeGreaterThan(2);
      }, IN_ORDER),
    30_000,
  );

/** The act with its fault, and then the next step of a client that got no answer of success. */
async function replayed(scenario: Scenario, run: Run, plan: FaultPlan): Promise<Ended> {
  const { service } = run;
  const { overrides, release, injected } = injectFault(service.ports, plan);
  const { config } = service.ports;
  const short = WAITED.has(plan.fault)
    ? { config: { ...config, REQUEST_TIMEOUT_MS: SHORT_MS } }
    : {};
  const ended = await scenario.act(run, { ...overrides, ...short });
  // On a machine that is busy the short time may be over before the call is begun.
  if (!WAITED.has(plan.fault)) await injected;
  // What is late comes while the client tries again.
  const late = release();
  let again = ended;
  for (let tries = 0; !scenario.done(again) && tries < 3; tries += 1)
    again = await scenario.repeat(run);
  await late;
  expect([plan, again.text, scenario.done(again)]).toEqual([plan, again.text, true]);
  return ended;
}
