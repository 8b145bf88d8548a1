/** A reader whose single rows come the way of the others. */
export const readerOf = ({ rows }: Pick<Reader, "rows">): Reader => ({
  rows,
  single: async (statement, signal) => (await rows(statement, signal))[0],
});

/** What a statement may carry: SQLite's own values. Booleans are 0 or 1; instants are milliseconds UTC. */
export type Value = string | number | null | Uint8Array;

/** Bytes that the writer stores compressed: it makes the gzip when it binds them. Only a local database on Bun takes them. */
export interface BytesToPack {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pack: true;
}

/** A row as the database gives it, by column name. */
export type Row = Record<string, Value>;

/** Constant SQL text with positional parameters (?1, ?2 …). Many rows travel as one JSON parameter. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** A condition that selects a row only where the batch's main statement took effect; its parameters are numbered from ?1. */
export interface Guard {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** A statement that only a writer runs; its parameters may hold bytes that are still to be packed. */
export interface WriteStatement {
  readonly sql: string;
  readonly args: readonly (Value | BytesToPack)[];
}

/** The guard of what is written in any case. */
export const ALWAYS: Guard = { sql: "select 1", args: [] };

/** What one caller wants written: all of it or none. */
export interface WriteJob<T> {
  readonly statements: readonly WriteStatement[];
  /** Maps the rows that this job's statements returned (RETURNING), in order; what it throws fails only this job. */
  read(rows: readonly Row[][]): T;
}

/**
 * The only way to write. Jobs that wait are committed together in one atomic batch; a batch that fails is run again job by
 * job, so that a job that fails takes no other with it. A job that `commit` has resolved survives `kill -9` at any later instant.
 * Fails with PlatformFailure: `overloaded` (queue full, or database busy for 5 s: nothing was written), `storage.full`,
 * `storage.read_only`, `storage.gone`, `storage.damaged`, `storage.rejected`, `storage.unknown`.
 */
export interface Writer {
  commit<T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T>;
}

/** Commits statements whose rows are not read. Fails as `Writer.commit` does. */
export const commitStatements = (
  writer: Writer,
  statements: readonly WriteStatement[],
  signal?: AbortSignal,
): Promise<void> => writer.commit({ statements, read: () => undefined }, signal);

/** Reads of constant SQL text, where drizzle's builder costs too much. No transaction spans two calls. */
export interface Reader {
  rows(statement: Statement, signal?: AbortSignal): Promise<Row[]>;
  /**
   * The one row of a statement that may walk far, or undefined. Where the database is a local file it runs beside the event loop, and
   * is interrupted when the signal aborts. Fails as `rows` does, and with `overloaded` where too many such reads wait.
   */
  single(statement: Statement, signal?: AbortSignal): Promise<Row | undefined>;
}
