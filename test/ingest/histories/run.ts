import { expect } from "bun:test";
import fc from "fast-check";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { type History, historyOf, stepsOf } from "./acts.ts";
import { checkAudit, checkLedger, checkNotes, checkTime, ledgerOf } from "./checks.ts";
import { overtake, play } from "./play.ts";

/** How often each kind of act was written, and each kind of movement: a history of refusals would prove nothing. */
const seen = new Map<string, number>();
const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

const KINDS = {
  "a return": /\/volta-[0-9]+@/,
  "a late cost": /#valor\/[0-9]+@/,
  "an event's exit taken back": /\/back@/,
  "a lot": /#[0-9]+\/L[12]@/,
} as const;
const ACTS =
  "document approve reverse cancel loss undoLoss cost costBack hand handBack mapping profile lines close giveUp";

async function run(service: TestApp, history: History): Promise<void> {
  overtake(service);
  const steps = stepsOf(history);
  const half = Math.ceil(steps.length / 2);
  const first = await play(service, steps.slice(0, half));
  const before = await ledgerOf(service);
  const played = await play(service, steps.slice(half), first);
  const ledger = await ledgerOf(service);
  // What was written is never written again.
  expect(ledger.slice(0, before.length)).toEqual(before);
  for (const { act, answer } of played.answers) {
    // 503: overtaken too often, and not executed.
    const failed = answer.status >= 500 && answer.status !== 503;
    expect([act, failed ? answer.text : null]).toEqual([act, null]);
    if (answer.status < 300) see(act);
  }
  for (const [kind, of] of Object.entries(KINDS))
    for (const { origin_ref } of ledger) if (of.test(String(origin_ref))) see(kind);
  await checkLedger(service, ledger);
  await checkNotes(service, ledger, played.issued);
  const then = ledger[history.moment % ledger.length]?.created_at;
  const moment = Number(then ?? service.ports.clock.now()) + 1;
  await checkTime(service, ledger, moment);
  await checkAudit(service, ledger, played);
}

/** In each of the two files that play histories, which two processes take: 300 in `check`, 10,000 in the long form. */
const RUNS = FULL ? 5_000 : 150;
/** Another seed and another number of runs, to look for what fails; `AT`: the path of a counterexample, to play it alone. */
const { SHOW, SEED, HISTORIES = String(RUNS), AT } = process.env;

/** Plays random histories of a seed; rejects where one does not agree, or where some kind of act was hardly played. */
export async function playHistories(seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(historyOf(FULL ? 10 : 3), (one) => withApp((service) => run(service, one))),
    {
      seed: Number(SEED ?? seed),
      numRuns: Number(HISTORIES),
      ...(AT === undefined ? {} : { path: AT, endOnFailure: true }),
    },
  );
  if (AT !== undefined) return;
  const wanted = [...ACTS.split(" "), ...Object.keys(KINDS)];
  if (SHOW === "1") console.log(seen);
  expect(wanted.filter((what) => (seen.get(what) ?? 0) < 2)).toEqual([]);
}

export const TIMEOUT_MS = FULL ? 3_600_000 : 60_000;
