/**
 * What a port promises, as cases with names: bun:test runs them in its process (support/contract-tests.ts), and a Worker runs them
 * in workerd (edge/contracts.worker.ts). So they know no runner, and nothing of Bun or Node.
 */
export type Contract<Open> = readonly {
  readonly name: string;
  /** Opens as many worlds as it needs and closes each; throws where the promise is broken. */
  run(open: Open): Promise<void>;
}[];

export function claim(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** Equal through and through: primitives, arrays, bytes, plain objects. */
export function same(actual: unknown, expected: unknown): void {
  const at = difference(actual, expected, true);
  claim(at === null, `${at ?? ""}: ${said(actual)} is not ${said(expected)}`);
}

/** As `same`, but objects may have more members than are asked for. */
export function like(actual: unknown, expected: unknown): void {
  const at = difference(actual, expected, false);
  claim(at === null, `${at ?? ""}: ${said(actual)} is not like ${said(expected)}`);
}

/** What a promise was rejected with; that it resolves is a breach. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`resolved with ${said(value)}`);
    },
    (reason: unknown) => reason,
  );

/** Where two values differ, as a path from the root; null where they do not. */
function difference(
  actual: unknown,
  expected: unknown,
  whole: boolean,
  at = "value",
): string | null {
  if (Object.is(actual, expected)) return null;
  if (!isObject(actual) || !isObject(expected)) return at;
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array &&
      actual.length === expected.length &&
      expected.every((byte, i) => byte === actual[i])
      ? null
      : at;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return at;
  } else if (whole && Object.keys(actual).length !== Object.keys(expected).length) return at;
  for (const [name, value] of Object.entries(expected)) {
    const found = difference(Reflect.get(actual, name), value, whole, `${at}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const said = (value: unknown): string =>
  value instanceof Uint8Array
    ? `${value.length} bytes`
    : value instanceof Error
      ? String(value)
      : (JSON.stringify(value) ?? String(value)).slice(0, 500);
