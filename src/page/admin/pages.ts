import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../base/ask.ts";
import { wasAborted } from "../base/problem.ts";

/** A list that is read by its own cursor, a page at a time, when the person asks for more. */
export interface Pages<A, T> {
  readonly rows: readonly T[];
  /** The last answer, for what stands beside the rows. */
  readonly last: A | null;
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly fault: unknown;
  readonly more: () => void;
  /** Reads the first page again. */
  readonly again: () => void;
}

interface State<A, T> {
  readonly path: string;
  readonly rows: readonly T[];
  readonly last: A | null;
  readonly next: string | null;
}

/** Reads `path` without a cursor, and on from there. Answers of an earlier path are dropped; rows stay until new ones are here. */
export function usePages<A, T>(
  path: string,
  pick: (answer: A) => { rows: readonly T[]; next: string | null },
): Pages<A, T> {
  const [state, setState] = useState<State<A, T>>({ path: "", rows: [], last: null, next: null });
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(true);
  const stop = useRef<AbortController | null>(null);
  const picked = useRef(pick);
  picked.current = pick;
  const read = useCallback(
    (cursor: string | null, before: readonly T[]) => {
      stop.current?.abort();
      const mine = new AbortController();
      stop.current = mine;
      setBusy(true);
      const at = cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
      ask<A>(at, { signal: mine.signal })
        .then((last) => {
          if (mine.signal.aborted) return;
          const { rows, next } = picked.current(last);
          setState({ path, rows: [...before, ...rows], last, next });
          setFault(null);
        })
        .catch((why) => wasAborted(why) || mine.signal.aborted || setFault(why))
        .finally(() => mine.signal.aborted || setBusy(false));
    },
    [path],
  );
  useEffect(() => {
    read(null, []);
    return () => stop.current?.abort();
  }, [read]);
  return {
    rows: state.rows,
    last: state.last,
    hasMore: state.path === path && state.next !== null,
    busy,
    fault,
    more: () => read(state.next, state.rows),
    again: () => read(null, []),
  };
}
