import { promMeter } from "../../src/observability/meter.ts";
import { noopMeter } from "../../src/observability/no-op.ts";
import { meterContract } from "../contracts/meter.ts";
import { holds } from "../support/holds.ts";

const seconds = () => performance.now() / 1_000;

holds("quiet", meterContract, () => noopMeter(seconds));
holds("bun", meterContract, () => promMeter(seconds));
