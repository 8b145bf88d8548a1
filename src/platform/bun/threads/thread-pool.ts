import { trusted } from "../../../lib/cast.ts";
import type { Reply } from "./thread.ts";

/** The result of a question. */
export type ThreadOutcome =
  | { readonly kind: "answered"; readonly answer: unknown }
  /** It took longer than allowed; its thread was ended. */
  | { readonly kind: "timeout" }
  /** Its thread died, as often as it was tried. */
  | { readonly kind: "crashed" }
  /** No room in the queue, the pool is closed, or no thread could be started. */
  | { readonly kind: "full" };

/** Makes the message for a thread: when a thread is free, and again for a second try, because transferred buffers are gone. */
export type MakeQuestion = () => { readonly question: unknown; readonly transfer: ArrayBuffer[] };

export interface ThreadFigures {
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  readonly answered: number;
  readonly timeouts: number;
  readonly crashes: number;
}

export interface ThreadPool {
  /** Rejects with the signal's reason, or with an Error when the answering function threw. */
  ask(parcel: MakeQuestion, signal?: AbortSignal): Promise<ThreadOutcome>;
  figures(): ThreadFigures;
  close(): void;
}

interface Job {
  readonly id: number;
  readonly parcel: MakeQuestion;
  tries: number;
  /** Its caller has aborted; the answer is dropped. */
  abandoned: boolean;
  finish(outcome: ThreadOutcome): void;
  fail(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  job: Job | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export interface ThreadLimits {
  readonly threads: number;
  readonly queue: number;
  readonly timeoutMs: number;
  /** A question that has ended so many threads is the cause. Once may be chance: twice, where nothing else is said. */
  readonly tries?: number;
  /** The threads collect their heap early: less memory for more processor. */
  readonly smallHeap?: boolean;
}

/**
 * Bun Workers that answer questions (thread.ts), started when first needed and kept; one question each at a time, the others
 * wait in order of arrival. A thread that hangs or dies is replaced.
 */
export function threadPool(script: URL, limits: ThreadLimits): ThreadPool {
  const { tries = 2, smallHeap = false } = limits;
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  const counts = { answered: 0, timeouts: 0, crashes: 0 };
  let nextId = 1;
  let closed = false;

  function start(): Thread {
    const thread: Thread = {
      worker: new Worker(script, { smol: smallHeap }),
      ready: false,
      job: null,
      timer: undefined,
    };
    thread.worker.onmessage = (event: MessageEvent) => hear(thread, trusted<Reply>(event.data));
    thread.worker.onerror = (event) => {
      event.preventDefault();
      lose(thread);
    };
    thread.worker.addEventListener("close", () => lose(thread));
    threads.add(thread);
    return thread;
  }

  function hear(thread: Thread, reply: Reply): void {
    if ("ready" in reply) {
      thread.ready = true;
      return;
    }
    const job = release(thread);
    if (job === null || job.id !== reply.id) return;
    counts.answered += 1;
    if ("answer" in reply) job.finish({ kind: "answered", answer: reply.answer });
    else job.fail(new Error(`the thread's answer failed: ${reply.fault}`));
    next();
  }

  function release(thread: Thread): Job | null {
    clearTimeout(thread.timer);
    const { job } = thread;
    thread.job = null;
    return job;
  }

  /** Ends a thread and returns its job. */
  function end(thread: Thread): Job | null {
    threads.delete(thread);
    thread.worker.terminate();
    return release(thread);
  }

  /** The thread ended by itself. If it never loaded, its question is not the cause. */
  function lose(thread: Thread): void {
    if (!threads.has(thread)) return;
    const job = end(thread);
    counts.crashes += 1;
    if (job !== null) {
      job.tries += 1;
      if (!thread.ready) job.finish({ kind: "full" });
      else if (job.tries < tries && !job.abandoned) waiting.unshift(job);
      else job.finish({ kind: "crashed" });
    }
    next();
  }

  function giveUp(thread: Thread): void {
    const job = end(thread);
    counts.timeouts += 1;
    job?.finish({ kind: thread.ready ? "timeout" : "full" });
    next();
  }

  /** Gives waiting jobs to free threads. */
  function next(): void {
    while (waiting.length > 0 && !closed) {
      const free = [...threads].find((thread) => thread.job === null);
      if (free === undefined && threads.size >= limits.threads) return;
      const job = waiting.shift();
      if (job === undefined) return;
      const thread = free ?? start();
      thread.job = job;
      thread.timer = setTimeout(giveUp, limits.timeoutMs, thread);
      const { question, transfer } = job.parcel();
      thread.worker.postMessage({ id: job.id, question }, transfer);
    }
  }

  return {
    ask(parcel, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const free =
        [...threads].some((thread) => thread.job === null) || threads.size < limits.threads;
      if (closed || (!free && waiting.length >= limits.queue))
        return Promise.resolve({ kind: "full" });
      return new Promise((resolve, reject) => {
        /** A job that waits leaves the queue; one in work is abandoned to its answer or its time limit. */
        const leave = () => {
          const place = waiting.indexOf(job);
          if (place >= 0) waiting.splice(place, 1);
          job.abandoned = true;
          reject(signal?.reason);
        };
        const job: Job = {
          id: nextId++,
          parcel,
          tries: 0,
          abandoned: false,
          finish(outcome) {
            signal?.removeEventListener("abort", leave);
            resolve(outcome);
          },
          fail(error) {
            signal?.removeEventListener("abort", leave);
            reject(error);
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        waiting.push(job);
        next();
      });
    },
    figures: () => ({
      workers: threads.size,
      busy: [...threads].filter((thread) => thread.job !== null).length,
      queued: waiting.length,
      ...counts,
    }),
    close() {
      closed = true;
      const left = [...[...threads].map(end), ...waiting.splice(0)];
      for (const job of left) job?.finish({ kind: "full" });
    },
  };
}
