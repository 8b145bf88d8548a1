import { test } from "bun:test";
import { playHistories, TIMEOUT_MS } from "./run.ts";

test(
  "after any history of another seed the ledger, its balances, lots, values, past and audit agree",
  () => playHistories(11),
  TIMEOUT_MS,
);
