import { memoryLimits } from "../../src/platform/memory/limits.ts";
import { limitsContract } from "../contracts/limits.ts";
import { testContract } from "../support/contract-tests.ts";
import { testClock } from "../support/ports.ts";

testContract("memory", limitsContract, () => {
  const clock = testClock();
  return { limits: memoryLimits(clock), later: clock.advance };
});
