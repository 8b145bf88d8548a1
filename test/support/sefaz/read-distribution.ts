import { ok, type Result } from "../../../src/lib/result.ts";
import type { SefazFault } from "../../../src/ports/sefaz-fault.ts";
import {
  type DistributionAnswer,
  type Inflating,
  openAnswer,
  readPackedAnswer,
} from "../../../src/sefaz/wire/distribution.ts";

/** An answer of the distribution, read in place. */
export async function readDistribution(
  bytes: Uint8Array,
  how: Inflating = {},
): Promise<Result<DistributionAnswer, SefazFault>> {
  const packed = readPackedAnswer(bytes);
  return packed.ok ? ok(await openAnswer(packed.value, how)) : packed;
}
