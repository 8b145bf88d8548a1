import { expect } from "bun:test";
import { Random } from "../../src/synthetic/random.ts";
import { testInFull } from "../support/full.ts";
import { temporaryFolder } from "../support/process.ts";
import { KINDS, type Round, round } from "./storage-rounds.ts";

const ROUNDS = 200;

testInFull(
  `a database file that is damaged or replaced (${ROUNDS} rounds) loses no acknowledged note silently`,
  async () => {
    const random = new Random(20261128);
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      await using dir = await temporaryFolder();
      rounds.push(await round(dir.path, random, KINDS[n % KINDS.length]));
    }
    console.table(rounds);
    expect(rounds.filter(({ lost, named }) => lost > 0 && named === "")).toEqual([]);
    expect(rounds.flatMap(({ strange }) => strange)).toEqual([]);
    // The faults are real: most of them have done damage.
    expect(rounds.filter(({ named }) => named !== "").length).toBeGreaterThan(ROUNDS / 3);
  },
  1_800_000,
);
