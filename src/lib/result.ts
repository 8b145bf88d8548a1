/** A value or a failure, never both. Pure checks return it; flows turn its failure into a thrown `Failed`. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error });

/**
 * Thrown by flows that cannot continue; caught by http/problem.ts, consumer.ts and the entry points.
 * `failure` has the typed facts; `failure.code` is the code on the wire.
 */
export class Failed<F extends { code: string } = { code: string }> extends Error {
  readonly failure: F;

  // No parameter property: Node strips types only, and the sentences of the page run in it.
  constructor(failure: F, options?: ErrorOptions) {
    super(failure.code, options);
    this.failure = failure;
    this.name = "Failed";
  }
}

/** Gives the value of a `Result`, or throws its failure as `Failed`. */
export function orFail<T, E extends { code: string }>(result: Result<T, E>): T {
  if (result.ok) return result.value;
  throw new Failed(result.error);
}
