import {
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  type RetryPolicy,
  retry,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from "cockatiel";
import { isWeather, neverHappened } from "./weather.ts";

/** Full jitter: two processes that met once do not meet again at the next try. */
const jitter = (initialDelay: number, maxDelay: number) =>
  new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay, maxDelay });

/** A read that met weather is asked again a few times, within about a second. */
export const reading: RetryPolicy = retry(handleWhen(isWeather), {
  maxAttempts: 6,
  backoff: jitter(10, 400),
});

/**
 * A write is sent again for as long as the caller's signal allows, and only where it is certain that it never happened.
 * No try waits longer than 200 ms, so that the end of the patience is met closely.
 */
export const writing: RetryPolicy = retry(handleWhen(neverHappened), {
  maxAttempts: 10_000,
  backoff: jitter(5, 200),
});

/** Gives up waiting after a second, whatever the other side does. */
export const withinASecond: TimeoutPolicy = timeout(1_000, TimeoutStrategy.Aggressive);
