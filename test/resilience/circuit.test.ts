import { expect, test } from "bun:test";
import { BrokenCircuitError, ConsecutiveBreaker } from "cockatiel";
import { circuit } from "../../src/resilience/circuit.ts";
import { callLimiter, remoteCircuit } from "../../src/resilience/policies.ts";

const broken = Object.assign(new Error("cut"), { code: "ECONNRESET" });
const fails = () => Promise.reject(broken);
const works = () => Promise.resolve("ok");
const turn = () => new Promise((resolve) => setImmediate(resolve));
const outcome = (call: Promise<unknown>) => call.catch((error: unknown) => error);

/** A circuit that opens at the second fault in a row, and a probe whose result the test sets. */
function watched(pauseMs = 2, withProbe = true) {
  const asked: PromiseWithResolvers<unknown>[] = [];
  const next = Promise.withResolvers<void>();
  const way = circuit({
    name: "it",
    counts: (error) => error === broken,
    breaker: new ConsecutiveBreaker(2),
    pauseMs,
    ...(withProbe
      ? {
          probe() {
            const answer = Promise.withResolvers<unknown>();
            asked.push(answer);
            next.resolve();
            return answer.promise;
          },
        }
      : {}),
  });
  return { way, asked, probed: () => next.promise };
}

test("faults open the circuit, and then calls are refused without being made", async () => {
  const { way } = watched();
  expect(await outcome(way.through(works))).toBe("ok");
  for (let n = 0; n < 2; n += 1) expect(await outcome(way.through(fails))).toBe(broken);
  let made = false;
  const refused = await outcome(
    way.through(async () => {
      made = true;
    }),
  );
  expect(refused).toBeInstanceOf(BrokenCircuitError);
  expect(made).toBe(false);
  expect(way.figures()).toEqual({ name: "it", state: "open", opened: 1, refused: 1 });
  way.end();
});

test("an error that is not the remote side's fault never opens the circuit", async () => {
  const { way } = watched();
  const own = new Error("a constraint");
  for (let n = 0; n < 5; n += 1)
    expect(await outcome(way.through(() => Promise.reject(own)))).toBe(own);
  expect(way.figures().state).toBe("closed");
});

test("one probe runs at a time while calls are refused, and its success closes the circuit", async () => {
  const { way, asked, probed } = watched();
  for (let n = 0; n < 2; n += 1) await outcome(way.through(fails));
  await probed();
  expect(way.figures().state).toBe("half_open");
  for (let n = 0; n < 3; n += 1)
    expect(await outcome(way.through(works))).toBeInstanceOf(BrokenCircuitError);
  expect(asked).toHaveLength(1);
  asked[0]?.resolve("alive");
  await turn();
  expect(await way.through(works)).toBe("ok");
  expect(way.figures()).toMatchObject({ state: "closed", opened: 1, refused: 3 });
});

test("a failed probe leaves the circuit open and is repeated, and the opening counts once", async () => {
  const answers = [fails, fails, works];
  const way = circuit({
    name: "it",
    counts: (error) => error === broken,
    breaker: new ConsecutiveBreaker(1),
    pauseMs: 1,
    probe: () => (answers.shift() ?? works)(),
  });
  await outcome(way.through(fails));
  while (way.figures().state !== "closed") await turn();
  expect(answers).toEqual([]);
  expect(way.figures().opened).toBe(1);
});

test("the next call after the pause is the probe in a circuit without its own", async () => {
  const { way } = watched(2, false);
  for (let n = 0; n < 2; n += 1) await outcome(way.through(fails));
  while ((await outcome(way.through(works))) !== "ok") await turn();
  expect(way.figures().state).toBe("closed");
});

test("an ended circuit sends no probe", async () => {
  const { way, asked } = watched();
  for (let n = 0; n < 2; n += 1) await outcome(way.through(fails));
  way.end();
  // Another, with a longer pause, has been asked when this one should have been.
  const later = watched(20);
  for (let n = 0; n < 2; n += 1) await outcome(later.way.through(fails));
  await later.probed();
  later.way.end();
  expect(asked).toEqual([]);
});

test("a wall clock that is set back does not keep the circuit open", async () => {
  const { way, asked, probed } = watched();
  const now = Date.now;
  for (let n = 0; n < 2; n += 1) await outcome(way.through(fails));
  try {
    Date.now = () => now() - 3_600_000;
    await probed();
    asked[0]?.resolve("alive");
    await turn();
    expect(way.figures().state).toBe("closed");
  } finally {
    Date.now = now;
  }
});

test("a call class bounds running and waiting calls, and its refusals open no circuit", async () => {
  const way = remoteCircuit("it");
  const through = callLimiter(way, "telemetry", { canQueue: true });
  const release = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const calls = Array.from({ length: 14 }, () =>
    outcome(
      through(async () => {
        running += 1;
        most = Math.max(most, running);
        await release.promise;
        running -= 1;
        return "done";
      }),
    ),
  );
  await turn();
  release.resolve();
  const ends = await Promise.all(calls);
  expect(ends.filter((end) => end === "done")).toHaveLength(10);
  expect(most).toBe(2);
  expect(way.figures().state).toBe("closed");
});
