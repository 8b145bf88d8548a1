import { afterAll } from "bun:test";

/** What is executed after the last test of a file (of all files, where they run in one process without `--parallel`). */
export const atEnd = new Set<() => Promise<void>>();

// Preloaded (bunfig.toml): a hook in a module that tests import would belong to the first file that imports it.
afterAll(async () => {
  for (const run of atEnd) await run();
});
