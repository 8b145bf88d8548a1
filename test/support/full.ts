import { test } from "bun:test";

/** Whether this is `bun run check:full`, which runs everything in its long form. */
export const FULL = process.env.FULL === "1";

/** A test that only `check:full` runs: it takes seconds and rarely fails, and faster tests of `check` cover its parts. */
export const testInFull = test.skipIf(!FULL);
