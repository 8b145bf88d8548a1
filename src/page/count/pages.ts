import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../base/ask.ts";
import { wasAborted } from "../base/problem.ts";

interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly next_cursor: string | null };
}

/** A list whose cursor has no beginning of its own, and what its first page says besides. */
export interface Pages<T, F> {
  readonly rows: readonly T[];
  /** The first page, whole. */
  readonly first: F | null;
  readonly more: boolean;
  readonly busy: boolean;
  readonly fault: unknown;
  readonly readMore: () => void;
  readonly again: () => void;
}

/** Reads the first page of `path` (without cursor), and further ones when asked. An answer of an earlier path is dropped. */
export function usePages<T, F extends Page<T> = Page<T>>(path: string | null): Pages<T, F> {
  const [state, setState] = useState<{
    path: string | null;
    rows: readonly T[];
    first: F | null;
    next: string | null;
  }>({ path: null, rows: [], first: null, next: null });
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(path !== null);
  const stop = useRef<AbortController | null>(null);
  const read = useCallback(
    (cursor: string | null, rows: readonly T[], first: F | null) => {
      stop.current?.abort();
      if (path === null) return;
      const mine = new AbortController();
      stop.current = mine;
      setBusy(true);
      const from = `${path}${path.includes("?") ? "&" : "?"}limit=50`;
      ask<F>(cursor === null ? from : `${from}&cursor=${encodeURIComponent(cursor)}`, {
        signal: mine.signal,
      })
        .then((page) => {
          if (mine.signal.aborted) return;
          const next = page.pagination.next_cursor;
          setState({ path, rows: [...rows, ...page.data], first: first ?? page, next });
          setFault(null);
        })
        .catch((why) => wasAborted(why) || mine.signal.aborted || setFault(why))
        .finally(() => mine.signal.aborted || setBusy(false));
    },
    [path],
  );
  const again = useCallback(() => read(null, [], null), [read]);
  useEffect(() => {
    again();
    return () => stop.current?.abort();
  }, [again]);
  const here = state.path === path;
  return {
    rows: here ? state.rows : [],
    first: here ? state.first : null,
    more: here && state.next !== null,
    busy,
    fault,
    readMore: () => here && state.next !== null && read(state.next, state.rows, state.first),
    again,
  };
}
