import { test } from "bun:test";
import type { Contract } from "../contracts/claims.ts";

/** Every case of a contract as a test of its own; `open` gives the implementation that is called `name`. */
export function testContract<Open>(name: string, contract: Contract<Open>, open: Open): void {
  for (const one of contract) test(`${name}: ${one.name}`, () => one.run(open));
}
