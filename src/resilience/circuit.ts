import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  handleWhen,
  type IBreaker,
  TimeoutStrategy,
  timeout,
} from "cockatiel";

/** For health and metrics. Counts since the start. */
export interface CircuitFigures {
  readonly name: string;
  readonly state: "closed" | "half_open" | "open";
  /** How often it opened after it had been closed. */
  readonly opened: number;
  /** Calls refused at once, because it was not closed. */
  readonly refused: number;
}

/** What stands between us and something that may be down or slow: while it is, a call is refused in no time. */
export interface Circuit {
  /** Rejects with cockatiel's BrokenCircuitError while it is not closed, else as the call does. Holds no lock meanwhile. */
  through<T>(call: () => Promise<T>): Promise<T>;
  figures(): CircuitFigures;
  /** Asks no more whether it may close. */
  end(): void;
}

export interface CircuitRules {
  readonly name: string;
  /** Which errors are the other side's fault; the others say that it works. */
  counts(error: unknown): boolean;
  /** When it opens. One of its own: it keeps the score. */
  readonly breaker: IBreaker;
  /**
   * Asked in the background while the circuit is open, so that no caller has to try; one call at a time. Without it (on
   * Workers nothing runs between requests) the next caller after the pause is the probe.
   */
  readonly probe?: () => Promise<unknown>;
  /** Pause before the first probe, ms; it doubles up to LONGEST_PAUSE_MS. */
  readonly pauseMs?: number;
}

const LONGEST_PAUSE_MS = 5_000;
const PROBE_MS = 1_500;

/**
 * A circuit over cockatiel's breaker: closed, open, half-open with one probe. Pauses are told by a clock that does not go
 * back (cockatiel looks at the wall clock: an hour turned back would hold it open for an hour), and while a probe is on its
 * way others are refused and not kept waiting for it.
 */
export function circuit({ name, counts, breaker, probe, pauseMs = 250 }: CircuitRules): Circuit {
  const policy = circuitBreaker(handleWhen(counts), {
    breaker,
    halfOpenAfter: Number.NEGATIVE_INFINITY,
  });
  const bounded = timeout(PROBE_MS, TimeoutStrategy.Aggressive);
  let [opened, refused, tries, dueAt] = [0, 0, 0, 0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  policy.onBreak(() => {
    if (tries === 0) opened += 1;
    const longest = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** tries);
    const pause = longest * (0.5 + Math.random() / 2);
    tries += 1;
    dueAt = performance.now() + pause;
    if (probe !== undefined && !ended) timer = setTimeout(knock, pause, probe);
  });
  policy.onReset(() => {
    tries = 0;
  });

  function knock(ask: () => Promise<unknown>): void {
    policy.execute(() => bounded.execute(ask)).catch(() => undefined);
  }

  return {
    async through(call) {
      const probes =
        probe === undefined && policy.state === CircuitState.Open && performance.now() >= dueAt;
      if (policy.state === CircuitState.Closed || probes) return policy.execute(call);
      refused += 1;
      throw new BrokenCircuitError();
    },
    figures: () => ({ name, state: STATES[policy.state], opened, refused }),
    end() {
      ended = true;
      if (timer !== undefined) clearTimeout(timer);
    },
  };
}

const STATES = {
  [CircuitState.Closed]: "closed",
  [CircuitState.HalfOpen]: "half_open",
  [CircuitState.Open]: "open",
  [CircuitState.Isolated]: "open",
} as const;
