import { promMeter } from "../../src/observability/meter.ts";
import { noopMeter } from "../../src/observability/no-op.ts";
import { meterContract } from "../contracts/meter.ts";
import { testContract } from "../support/contract-tests.ts";

const seconds = () => performance.now() / 1_000;

testContract("quiet", meterContract, () => noopMeter(seconds));
testContract("bun", meterContract, () => promMeter(seconds));
