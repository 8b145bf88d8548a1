import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { wasAborted } from "./problem.ts";

/** A page of a list: docs/api.md says which lists have the cursor beside the rows. */
type Page<T> = { readonly data: readonly T[] } & (
  | { readonly pagination: { readonly next_cursor: string | null } }
  | { readonly next_cursor: string | null }
);

/** A list that is read on when the person asks for more, and what its first page says besides. `useListReader` reads on by itself. */
export interface Pages<T, A> {
  readonly rows: readonly T[];
  /** The first page, whole. */
  readonly first: A | null;
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly fault: unknown;
  readonly readMore: () => void;
  readonly again: () => void;
}

interface Read<T, A> {
  readonly path: string;
  readonly rows: readonly T[];
  readonly first: A;
  readonly next: string | null;
}

const listOf = (path: string | null): string | undefined => path?.split("?")[0];

/**
 * Reads the first page of `path` (no cursor, no limit; null: nothing), and further ones when asked. Answers of an earlier path are
 * dropped. Rows of another filter stay until the new ones are here; those of another list do not.
 */
export function usePages<T, A extends Page<T> = Page<T>>(
  path: string | null,
  pageRows = 50,
): Pages<T, A> {
  const [state, setState] = useState<Read<T, A> | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(path !== null);
  const stop = useRef<AbortController | null>(null);
  const read = useCallback(
    (from: Read<T, A> | null) => {
      stop.current?.abort();
      if (path === null) return;
      const mine = new AbortController();
      stop.current = mine;
      setBusy(true);
      const cursor = from?.next == null ? "" : `&cursor=${encodeURIComponent(from.next)}`;
      ask<A>(`${path}${path.includes("?") ? "&" : "?"}limit=${pageRows}${cursor}`, {
        signal: mine.signal,
      })
        .then((page) => {
          if (mine.signal.aborted) return;
          const next = "pagination" in page ? page.pagination.next_cursor : page.next_cursor;
          const rows = [...(from?.rows ?? []), ...page.data];
          setState({ path, rows, first: from?.first ?? page, next });
          setFault(null);
        })
        .catch((why) => wasAborted(why) || mine.signal.aborted || setFault(why))
        .finally(() => mine.signal.aborted || setBusy(false));
    },
    [path, pageRows],
  );
  const again = useCallback(() => read(null), [read]);
  useEffect(() => {
    again();
    return () => stop.current?.abort();
  }, [again]);
  const shown = listOf(state?.path ?? null) === listOf(path) ? state : null;
  const hasMore = shown !== null && shown.path === path && shown.next !== null;
  return {
    rows: shown?.rows ?? [],
    first: shown?.first ?? null,
    hasMore,
    busy,
    fault,
    readMore: () => hasMore && read(shown),
    again,
  };
}
