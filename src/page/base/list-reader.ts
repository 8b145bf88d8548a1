import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ask } from "./ask.ts";
import { wasAborted } from "./problem.ts";

/** A page of a list that is read by cursor (docs/api.md). */
interface CursorPage<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly next_cursor: string | null };
}

/** Further rows are not read: a search finds them sooner, and 3,000 rows make an old computer slow. */
export const MOST_ROWS = 1_000;
const PAGE_ROWS = 50;
/** The cursor of the first page (docs/api.md). */
const START = "start";

/** One list with one filter. A new filter makes a new reader; answers of an ended one are dropped. */
export interface ListReader<T> {
  readonly rows: Signal<readonly T[]>;
  /** `first`: nothing was read yet. `full`: MOST_ROWS are here. */
  readonly state: Signal<"first" | "more" | "end" | "full" | "failed">;
  readonly fault: Signal<unknown>;
  readonly busy: Signal<boolean>;
  /** Reads the next page; nothing happens while one is on its way, and after the end. */
  readMore(): Promise<void>;
  /** Reads again as many rows as are shown, and replaces them at once. After a failure: tries it again. */
  readAgain(): Promise<void>;
  end(): void;
}

/** `path` with its filter, without cursor and limit. */
function listReader<T>(path: string, pageRows = PAGE_ROWS): ListReader<T> {
  const rows = signal<readonly T[]>([]);
  const state = signal<"first" | "more" | "end" | "full" | "failed">("first");
  const fault = signal<unknown>(null);
  const busy = signal(false);
  const stop = new AbortController();
  let next: string = START;
  const pageAt = (cursor: string) =>
    ask<CursorPage<T>>(
      `${path}${path.includes("?") ? "&" : "?"}limit=${pageRows}&cursor=${encodeURIComponent(cursor)}`,
      { signal: stop.signal },
    );
  const arrived = (all: readonly T[], cursor: string | null) => {
    rows.value = all;
    next = cursor ?? START;
    state.value = cursor === null ? "end" : all.length >= MOST_ROWS ? "full" : "more";
  };
  const guarded = async (work: () => Promise<void>) => {
    if (busy.value || stop.signal.aborted) return;
    busy.value = true;
    try {
      await work();
      fault.value = null;
    } catch (why) {
      if (wasAborted(why) || stop.signal.aborted) return;
      fault.value = why;
      state.value = "failed";
    } finally {
      busy.value = false;
    }
  };
  const readMore = () =>
    guarded(async () => {
      if (state.value === "end" || state.value === "full") return;
      const { data, pagination } = await pageAt(next);
      if (stop.signal.aborted) return;
      arrived([...rows.value, ...data], pagination.next_cursor);
    });
  const readAgain = () =>
    guarded(async () => {
      const wanted = state.value === "first" ? 1 : Math.max(rows.value.length, 1);
      let all: readonly T[] = [];
      let cursor: string | null = START;
      while (cursor !== null && all.length < wanted) {
        const page: CursorPage<T> = await pageAt(cursor);
        if (stop.signal.aborted) return;
        all = [...all, ...page.data];
        cursor = page.pagination.next_cursor;
      }
      arrived(all, cursor);
    });
  return { rows, state, fault, busy, readMore, readAgain, end: () => stop.abort() };
}

/** The reader of a view: another `path` ends the one before and begins a new one. The rows before stay until the new ones are here. */
export function useListReader<T>(path: string, pageRows = PAGE_ROWS): ListReader<T> {
  const last = useRef<ListReader<T> | null>(null);
  const reader = useMemo(() => {
    const made = listReader<T>(path, pageRows);
    // The old rows stay until the new ones arrive, so that typing does not make the page flicker.
    made.rows.value = last.current?.rows.peek() ?? [];
    last.current = made;
    return made;
  }, [path, pageRows]);
  useEffect(() => {
    void reader.readAgain();
    return () => reader.end();
  }, [reader]);
  return reader;
}
