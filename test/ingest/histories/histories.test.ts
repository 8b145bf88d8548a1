import { test } from "bun:test";
import { playHistories, TIMEOUT_MS } from "./run.ts";

test(
  "after any history of several clients the ledger, its balances, lots, values, past and audit agree",
  () => playHistories(20261129),
  TIMEOUT_MS,
);
