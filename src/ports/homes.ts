import type { Ports } from "./ports.ts";

/** The name of the first database, which holds the people, their keys and the directory of all companies. */
export const FIRST_HOME = "first";

/** Several databases, each the home of some companies. Present only where more than one is configured. */
export interface Homes {
  readonly first: Ports;
  /** The names of all of them, FIRST_HOME first. */
  readonly names: readonly string[];
  /** The ports of a home; their `writer` also writes for companies that live elsewhere. Undefined for an unknown name. */
  named(name: string): Ports | undefined;
}

/** The ports of every home, the first one first; these ports alone where there is one. */
export function eachHome<P extends Ports>(ports: P): (P | Ports)[] {
  const { homes } = ports;
  if (homes === undefined) return [ports];
  return homes.names.flatMap((name) => homes.named(name) ?? []);
}
