import { useState } from "preact/hooks";
import { Refused } from "../base/problem.ts";

/** One write of a form: whether it is on its way, why it was refused, and what is wrong with each field. */
export interface Act {
  readonly busy: boolean;
  readonly fault: unknown;
  /** The sentence of a field by its name in the API. */
  readonly problem: (field: string) => string | undefined;
  /** Runs it, unless it is running. A refusal is kept, not thrown. */
  readonly run: (work: () => Promise<void>) => void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  return {
    busy,
    fault,
    problem: (field) => (fault instanceof Refused ? fault.fields.get(field) : undefined),
    run: (work) => {
      if (busy) return;
      setBusy(true);
      setFault(null);
      work()
        .catch(setFault)
        .finally(() => setBusy(false));
    },
  };
}
