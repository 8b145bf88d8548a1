import { test } from "bun:test";
import type { Contract } from "../contracts/claims.ts";

/** Makes a test of each case of a contract; `open` gives the implementation that is called `name`. */
export function testContract<Open>(name: string, contract: Contract<Open>, open: Open): void {
  for (const one of contract) test(`${name}: ${one.name}`, () => one.run(open));
}
