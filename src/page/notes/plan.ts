import { useEffect, useState } from "preact/hooks";
import { ask } from "../base/ask.ts";
import { wasAborted } from "../base/problem.ts";
import type { Plan } from "./answers.ts";

export interface Planned {
  readonly plan: Plan | null;
  readonly fault: unknown;
}

const NOTHING: Planned = { plan: null, fault: null };

/**
 * What an approval would do: asked again when the corrections or the note change (`stand` names its state). `corrections` null: nothing is
 * asked. A refusal is kept: it says why the note cannot be approved so.
 */
export function usePlan(key: string, corrections: object | null, stand: string): Planned {
  const [planned, setPlanned] = useState<Planned>(NOTHING);
  const body = corrections === null ? null : JSON.stringify(corrections);
  useEffect(() => {
    if (body === null) return setPlanned(NOTHING);
    const stop = new AbortController();
    ask<Plan>(`/api/nfes/${key}/process?dry_run=true`, {
      method: "POST",
      signal: stop.signal,
      ...(body === "{}" ? {} : { json: JSON.parse(body) }),
    }).then(
      (plan) => setPlanned({ plan, fault: null }),
      (fault) => wasAborted(fault) || setPlanned({ plan: null, fault }),
    );
    return () => stop.abort();
  }, [key, body, stand]);
  return planned;
}
