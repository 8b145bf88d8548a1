import { describe, test } from "bun:test";

/** Whether this is `bun run check:full`, which runs everything in its long form. */
export const FULL = process.env.FULL === "1";

/** A test that only `check:full` runs: it takes seconds and rarely fails, and faster tests of `check` cover its parts. */
export const testInFull = test.skipIf(!FULL);

/** The title of a test that cannot run on this machine says why; `missing`: null where nothing is. */
const titleOf = (title: string, missing: string | null): string =>
  missing === null ? title : `${title} (skipped: ${missing})`;

/** A test that needs a program or a file: skipped, with what is missing in its title, where this machine has it not. */
export const testUnless =
  (missing: string | null, isWanted = true) =>
  (title: string, run: () => undefined | Promise<unknown>, timeoutMs?: number): void =>
    test.skipIf(!isWanted || missing !== null)(
      titleOf(title, isWanted ? missing : null),
      run,
      timeoutMs,
    );

/** The same for a test that only `check:full` runs. */
export const testInFullUnless = (missing: string | null) => testUnless(missing, FULL);

/** The same for several tests. */
export const describeUnless =
  (missing: string | null) =>
  (title: string, body: () => void): void =>
    describe.skipIf(missing !== null)(titleOf(title, missing), body);

/** Why a program of this machine cannot be used; null where it is installed. */
export const withoutProgram = (name: string): string | null =>
  Bun.which(name) === null ? `${name} is not installed` : null;
