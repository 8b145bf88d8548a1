import type { Screen } from "./screen.ts";
import type { Sink } from "./sink.ts";

/** The terminal that a command talks to. */
export interface Console {
  readonly out: Screen;
  readonly err: Screen;
  /** Where a CSV goes when no file is named. */
  stdout(): Sink;
  /** Asks for a secret: at a terminal without showing it, elsewhere the next line of the standard input. */
  secret(prompt: string): Promise<string>;
  /** The whole standard input as text; fails (Portuguese) above `most` bytes. */
  input(most: number): Promise<string>;
  /** Whether the standard input is a terminal. */
  readonly asksPerson: boolean;
  /** A progress bar of `total` files; does nothing where the error output is no terminal. */
  progress(total: number): { advance(by: number): void; stop(): void };
  /** Aborts at the first SIGINT or SIGTERM from this call on; the second one ends the process. */
  interrupted(): AbortSignal;
}
