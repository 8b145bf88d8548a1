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

/** A circuit breaker before a service that may be down or slow: while it is open, a call is refused at once. */
export interface Circuit {
  /** Rejects with cockatiel's BrokenCircuitError while it is not closed, else as the call does. Takes no lock. */
  through<T>(call: () => Promise<T>): Promise<T>;
  figures(): CircuitFigures;
  /** Sends no more probes. */
  end(): void;
}

export interface CircuitRules {
  readonly name: string;
  /** Which errors count as failures of the service; any other error shows that it works. */
  counts(error: unknown): boolean;
  /** When it opens. It has state, so each circuit needs its own. */
  readonly breaker: IBreaker;
  /**
   * Called in the background while the circuit is open, one call at a time. Without it (on Workers nothing runs between
   * requests) the next call after the pause is the probe.
   */
  readonly probe?: () => Promise<unknown>;
  /** Pause before the first probe, ms; it doubles up to LONGEST_PAUSE_MS. */
  readonly pauseMs?: number;
}

const LONGEST_PAUSE_MS = 5_000;
const PROBE_MS = 1_500;

/**
 * A circuit over cockatiel's breaker: closed, open, half-open with one probe. Pauses use a monotonic clock (cockatiel uses the
 * wall clock: one that is set back by an hour would leave the circuit open for an hour), and calls during a probe are refused
 * and do not wait for it.
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
    if (probe !== undefined && !ended) timer = setTimeout(sendProbe, pause, probe);
  });
  policy.onReset(() => {
    tries = 0;
  });

  function sendProbe(ask: () => Promise<unknown>): void {
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
