import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { wasAborted } from "./problem.ts";

/** One answer that a view shows. `value` stays while it is read again, and after a fault. */
export interface Read<T> {
  readonly value: T | null;
  readonly fault: unknown;
  readonly busy: boolean;
  readonly again: () => void;
}

/** Whether it has been read, or could not be: what is shown of it will not come later. */
export const isSettled = ({ value, fault }: Read<unknown>): boolean =>
  value !== null || fault !== null;

/** Reads `path` when the view opens and when it changes; null reads nothing. Answers of an earlier path are dropped. */
export function useRead<T>(path: string | null): Read<T> {
  const [state, setState] = useState<{ path: string | null; value: T | null; fault: unknown }>({
    path: null,
    value: null,
    fault: null,
  });
  const [busy, setBusy] = useState(path !== null);
  const stop = useRef<AbortController | null>(null);
  const again = useCallback(() => {
    stop.current?.abort();
    if (path === null) return;
    const mine = new AbortController();
    stop.current = mine;
    setBusy(true);
    ask<T>(path, { signal: mine.signal })
      .then(
        (value) => mine.signal.aborted || setState({ path, value, fault: null }),
        (fault) =>
          wasAborted(fault) ||
          mine.signal.aborted ||
          setState((before) => ({
            path,
            value: before.path === path ? before.value : null,
            fault,
          })),
      )
      .finally(() => mine.signal.aborted || setBusy(false));
  }, [path]);
  useEffect(() => {
    again();
    return () => stop.current?.abort();
  }, [again]);
  const here = state.path === path;
  return { value: here ? state.value : null, fault: here ? state.fault : null, busy, again };
}
