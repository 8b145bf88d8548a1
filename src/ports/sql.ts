/** What a statement may carry: SQLite's own values. Booleans are 0 or 1; instants are milliseconds UTC. */
export type Value = string | number | null | Uint8Array;

/** A row as the database gives it, by column name. */
export type Row = Record<string, Value>;

/** Constant SQL text with positional parameters (?1, ?2 …). Many rows travel as one JSON parameter. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** A condition that selects a row only where a batch's main statement has won; its parameters are numbered from ?1. */
export interface Guard {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** What one writer wants written: all of it or none. */
export interface WriteJob<T> {
  readonly statements: readonly Statement[];
  /** Gets the rows that each own statement returned (RETURNING), in order; what it throws fails only this job. */
  read(rows: readonly Row[][]): T;
}

/**
 * The only way to write. Jobs that wait are committed together in one atomic batch; a batch that fails is run again job by
 * job, so that no job falls with its neighbour. A job that `commit` has resolved survives `kill -9` at any later instant.
 * Fails with PlatformFailure: `overloaded` (queue full, or database busy for 5 s: nothing was written), `storage.full`,
 * `storage.read_only`, `storage.gone`, `storage.damaged`, `storage.rejected`, `storage.unknown`.
 */
export interface Writer {
  commit<T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T>;
}

/** Reads of constant SQL text where drizzle's builder is too dear. No transaction is held from one call to the next. */
export interface Reader {
  rows(statement: Statement, signal?: AbortSignal): Promise<Row[]>;
}
