import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { CompletenessSchema } from "../../http/routes/notes/reports.ts";
import { ask, save } from "../base/ask.ts";
import { wasAborted } from "../base/problem.ts";

type Report = z.infer<typeof CompletenessSchema>;
export type Check = Report["checks"][number]["check"];

/** What a company's month says: what each check has found, or why it could not be read. */
export type Said =
  | { readonly found: ReadonlyMap<Check, number>; readonly fetching: Report["fetching"] }
  | { readonly fault: unknown };

/** Reports that are read at a time. */
const AT_A_TIME = 2;

/**
 * What is missing in a month of each company, by its id, as the answers come; each is read for itself, by what the person is there.
 * Another month, or other companies, end what is still read.
 */
export function useMonth(
  month: string,
  companies: readonly number[],
): { readonly said: ReadonlyMap<number, Said>; readonly again: (company: number) => void } {
  const [kept, setKept] = useState<{ month: string; said: ReadonlyMap<number, Said> }>({
    month,
    said: new Map(),
  });
  const [asked, setAsked] = useState(0);
  const said: ReadonlyMap<number, Said> = kept.month === month ? kept.said : new Map();
  const known = useRef(said);
  known.current = said;
  const list = companies.join();
  useEffect(() => {
    const stop = new AbortController();
    const rest = companies.filter((id) => !known.current.has(id));
    const keep = (id: number, one: Said) =>
      setKept((before) => ({
        month,
        said: new Map(before.month === month ? before.said : []).set(id, one),
      }));
    const read = async () => {
      for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
        const one = await reportOf(month, id, stop.signal);
        if (stop.signal.aborted || one === null) return;
        keep(id, one);
      }
    };
    for (let i = 0; i < AT_A_TIME; i++) void read();
    return () => stop.abort();
  }, [month, list, asked]);
  const again = (company: number) => {
    setKept({ month, said: new Map([...said].filter(([id]) => id !== company)) });
    setAsked(asked + 1);
  };
  return { said, again };
}

async function reportOf(month: string, company: number, signal: AbortSignal): Promise<Said | null> {
  const path = `/api/reports/completeness?month=${month}&all_waiting=true&limit=1&company=${company}`;
  try {
    const { checks, fetching } = await ask<Report>(path, { signal });
    return { found: new Map(checks.map(({ check, count }) => [check, count])), fetching };
  } catch (fault) {
    return wasAborted(fault) ? null : { fault };
  }
}

/** What became of a company's file. */
export type Got = "working" | "done" | { readonly fault: unknown };

export interface Downloads {
  readonly got: ReadonlyMap<number, Got>;
  /** While files are taken: how many in all, and how many are through. */
  readonly running: { readonly all: number; readonly through: number } | null;
  readonly start: (companies: readonly number[]) => void;
  readonly stop: () => void;
}

/** The files of a month, one company after another: one that fails is named, and the next goes on. Leaving the view ends them. */
export function useDownloads(month: string): Downloads {
  const [got, setGot] = useState<ReadonlyMap<number, Got>>(new Map());
  const [running, setRunning] = useState<Downloads["running"]>(null);
  const stopper = useRef<AbortController | null>(null);
  const stop = () => stopper.current?.abort();
  useEffect(() => {
    setGot(new Map());
    return stop;
  }, [month]);
  const start = (companies: readonly number[]) => {
    if (running !== null) return;
    const mine = new AbortController();
    stopper.current = mine;
    const set = (id: number, one: Got | null) =>
      setGot((before) => {
        const next = new Map(before);
        if (one === null) next.delete(id);
        else next.set(id, one);
        return next;
      });
    const all = companies.length;
    setRunning({ all, through: 0 });
    const take = async () => {
      for (const [through, id] of companies.entries()) {
        if (mine.signal.aborted) return;
        setRunning({ all, through });
        set(id, "working");
        set(id, await fileOf(month, id, mine.signal));
      }
    };
    void take().finally(() => setRunning(null));
  };
  return { got, running, start, stop };
}

/** Null: it was given up. */
async function fileOf(month: string, company: number, signal: AbortSignal): Promise<Got | null> {
  try {
    await save(`/api/nfes/archive?month=${month}&sheets=true&company=${company}`, signal);
    return "done";
  } catch (fault) {
    return wasAborted(fault) ? null : { fault };
  }
}
