import type { Original } from "../../lib/original.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ClaimedStatement } from "./claim-statement.ts";
import { type AnsweredCall, type Call, nextStep } from "./next-step.ts";
import { takeNextSequence, writeDone, writePause, writeRefused } from "./write-outcome.ts";

/** What one claim has brought; `original`: the proof, where it was stored now. */
export interface Made {
  readonly outcome: "done" | "refused" | "paused";
  readonly original: Original | null;
}

/** Writes under the claim what its calls have led to; or gives the next call, for which nothing is written but its nSeqEvento. */
export async function advance(
  ports: Pick<Ports, "writer" | "clock" | "originals">,
  claim: ClaimedStatement,
  calls: readonly AnsweredCall[],
): Promise<Call | Made> {
  const step = nextStep(claim, calls);
  switch (step.kind) {
    case "query":
    case "send":
      return step;
    case "take_sequence": {
      // Taken before in this claim, where an agent asks again.
      const isTaken = claim.sequence === 2 || (await takeNextSequence(ports, claim));
      if (isTaken) return { kind: "send", sequence: 2 };
      await writeRefused(ports, claim, step.refusal);
      return { outcome: "refused", original: null };
    }
    case "done": {
      const original = await writeDone(ports, claim, step.registered);
      return { outcome: "done", original };
    }
    case "refused":
      await writeRefused(ports, claim, step.refusal);
      return { outcome: "refused", original: null };
    case "paused":
      await writePause(ports, claim, step.pause);
      return { outcome: "paused", original: null };
  }
}
