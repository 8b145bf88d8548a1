/** Numbered parameters (?1, ?2 …) of one SQL text, collected while the text is written. */
export interface Parameters<Value> {
  /** All values in the order of their numbers. */
  readonly args: Value[];
  /** Adds a value; gives its placeholder. */
  add(value: Value): string;
}

/** Parameters that follow those already in use, e.g. those of a guard. */
export function parameters<Value>(first: readonly Value[]): Parameters<Value> {
  const args = [...first];
  return { args, add: (value) => `?${args.push(value)}` };
}
