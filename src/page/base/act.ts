import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "./problem.ts";

/** The writes of one form, one at a time: whether one is on its way, why the last was refused, and what is wrong with each field. */
export interface Act {
  readonly busy: boolean;
  /** The name of the one that is on its way, in a form with several; null: none is. */
  readonly on: string | null;
  /** Why the last was refused, until the next begins or what was refused is changed (`forget`). */
  readonly fault: unknown;
  /** The sentence of a field by its name in the API. */
  readonly problem: (field: string) => string | undefined;
  /** Runs it, unless one is running. A refusal is kept, not thrown, and the first field that it is about gets the focus. */
  readonly run: (work: () => Promise<unknown>, name?: string) => void;
  readonly forget: () => void;
}

export function useAct(): Act {
  const [on, setOn] = useState<string | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  // Two clicks of one frame see the same state.
  const runs = useRef(false);
  const pressed = useRef<Element | null>(null);
  useEffect(() => {
    if (fault === null) return;
    const at = document.activeElement;
    // Who has gone on to another field meanwhile stays there.
    if (at !== pressed.current && at !== document.body) return;
    const form = at?.closest("form") ?? document.querySelector("dialog[open] form");
    form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [fault]);
  return {
    busy: on !== null,
    on,
    fault,
    problem: (field) => (fault instanceof Refused ? fault.fields.get(field) : undefined),
    run: (work, name = "") => {
      if (runs.current) return;
      runs.current = true;
      pressed.current = document.activeElement;
      setOn(name);
      setFault(null);
      work()
        .catch(setFault)
        .finally(() => {
          runs.current = false;
          setOn(null);
        });
    },
    forget: () => setFault(null),
  };
}
