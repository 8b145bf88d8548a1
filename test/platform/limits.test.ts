import { memoryLimits } from "../../src/platform/memory/limits.ts";
import { limitsContract } from "../contracts/limits.ts";

limitsContract("memory", (clock) => memoryLimits(clock));
