import { test } from "bun:test";

/** Whether this is `bun run check:full`, which runs everything in its long form. */
export const FULL = process.env.FULL === "1";

/** A test of `check:full` alone: it takes seconds and rarely fails, and shorter tests of `check` hold its parts. */
export const testInFull = test.skipIf(!FULL);
