import type { InStatement } from "@libsql/client";
import { trusted } from "../../lib/cast.ts";
import type { Value } from "../../ports/sql.ts";
import type { StatementResult } from "./rows.ts";

/** Sends a body to the server and returns its answer: the status, and the JSON in it (null where there is none). */
export type Exchange = (body: string, signal?: AbortSignal) => Promise<Answered>;

export interface Answered {
  readonly status: number;
  readonly json: unknown;
}

/**
 * The error that a libSQL server answers, with its code (`SQLITE_BUSY`), `SERVER_ERROR` for a status alone, or `HRANA_PROTO_ERROR`
 * for an answer that cannot be read: what was asked may have been carried out.
 */
export class HranaError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = "HranaError";
  }
}

/** Where pipelines are sent, and the headers of each. */
export interface Pipeline {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The pipelines of a database at an address that @libsql/client accepts: `?tls=0` and `?authToken=` are of it. */
export function pipelineOf(database: string, authToken: string | undefined): Pipeline {
  const { searchParams, href } = new URL(database.replace(/^libsql:/i, "https:"));
  const url = new URL("v2/pipeline", href);
  if (searchParams.get("tls") === "0") url.protocol = "http:";
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`no Hrana by HTTP at ${url.protocol}`);
  const token = searchParams.get("authToken") ?? authToken;
  const type = { "content-type": "application/json" };
  return {
    url: url.href,
    headers: token === undefined ? type : { ...type, authorization: `Bearer ${token}` },
  };
}

/** Texts that a request stores on the server, and their length: sqld refuses the fifty-first, and one of 5,000 bytes. */
const MOST_TEXTS = 30;
const MOST_LENGTH = 4_096;

/**
 * Runs one statement in a stream of its own, by one request. Throws HranaError, what the exchange throws, and RangeError for an
 * integer beyond 2⁵³.
 */
export async function executeRemotely(
  statement: InStatement,
  exchange: Exchange,
  signal?: AbortSignal,
): Promise<StatementResult> {
  return readRows(await resultFrom(statement, exchange, signal));
}

/** As `executeRemotely`: the values of each row in the order of its columns, two of which may have one name. */
export async function valuesRemotely(
  statement: InStatement,
  exchange: Exchange,
): Promise<Value[][]> {
  const { rows } = await resultFrom(statement, exchange);
  return rows.map((cells) => cells.map(readCell));
}

async function resultFrom(
  statement: InStatement,
  exchange: Exchange,
  signal?: AbortSignal,
): Promise<Result> {
  const stmt = written(statement, undefined);
  const [result] = await pipeline([{ type: "execute", stmt }, CLOSE], exchange, signal);
  return resultOf<Result>(result);
}

/**
 * Runs statements in one transaction that writes, by one request: all of them or none. Throws HranaError, for the first
 * statement that failed, and what the exchange throws.
 */
export async function batchRemotely(
  statements: readonly InStatement[],
  exchange: Exchange,
): Promise<StatementResult[]> {
  const texts = repeated(statements);
  const before = [...texts].map(([sql, sql_id]) => ({ type: "store_sql", sql_id, sql }));
  const steps: unknown[] = [{ stmt: { sql: "BEGIN IMMEDIATE", want_rows: false } }];
  for (const statement of statements)
    steps.push({ condition: ok(steps.length - 1), stmt: written(statement, texts) });
  const last = steps.length;
  steps.push({ condition: ok(last - 1), stmt: { sql: "COMMIT", want_rows: false } });
  const undone = { type: "not", cond: ok(last) };
  steps.push({ condition: undone, stmt: { sql: "ROLLBACK", want_rows: false } });
  const requests = [...before, { type: "batch", batch: { steps } }, CLOSE];
  const results = await pipeline(requests, exchange);
  try {
    return rowsOfSteps(resultOf<BatchResult>(results[before.length]), last);
  } catch (error) {
    if (error instanceof HranaError) throw error;
    // The server has committed: who sends the batch again writes twice.
    throw new HranaError(UNREADABLE, "the results of a batch cannot be read", { cause: error });
  }
}

/** The rows of the statements of a batch, which stand between `BEGIN` and the `last` step. Throws the first error of a step. */
function rowsOfSteps({ step_results, step_errors }: BatchResult, last: number): StatementResult[] {
  for (let step = 0; step <= last; step += 1) {
    const error = step_errors[step];
    if (error != null) throw errorOf(error);
    if (step_results[step] == null)
      throw new HranaError(UNREADABLE, `step ${step} of the batch has no result and no error`);
  }
  return step_results.slice(1, last).map((result) => readRows(trusted<Result>(result)));
}

const UNREADABLE = "HRANA_PROTO_ERROR";

const CLOSE = { type: "close" };
const ok = (step: number) => ({ type: "ok", step });

/** Texts that stand more than once in a batch are sent once: their numbers. Long texts are hashed only beside one of their length. */
function repeated(statements: readonly InStatement[]): Map<string, number> {
  const seen = new Map<number, string[]>();
  const texts = new Map<string, number>();
  for (const statement of statements) {
    const sql = textOf(statement);
    if (sql.length > MOST_LENGTH) continue;
    const alike = seen.get(sql.length);
    if (alike === undefined) seen.set(sql.length, [sql]);
    else if (!alike.includes(sql)) alike.push(sql);
    else if (!texts.has(sql) && texts.size < MOST_TEXTS) texts.set(sql, texts.size);
  }
  return texts;
}

/** V8 joins a text that is made of parts only here: it writes JSON of whole texts twice as fast. */
const textOf = (statement: InStatement): string =>
  (typeof statement === "string" ? statement : statement.sql).trim();

function written(statement: InStatement, texts: ReadonlyMap<string, number> | undefined) {
  const sql = textOf(statement);
  const sql_id = texts === undefined || texts.size === 0 ? undefined : texts.get(sql);
  const args = typeof statement === "string" ? [] : (statement.args ?? []);
  if (!Array.isArray(args)) throw new TypeError("parameters are numbered here");
  return {
    ...(sql_id === undefined ? { sql } : { sql_id }),
    args: args.map(parameter),
    want_rows: true,
  };
}

/** A value as Hrana writes it. A number is a float, which a column of integers takes as an integer where it is one. */
function parameter(value: unknown) {
  if (typeof value === "string") return { type: "text", value };
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError("a parameter is not finite");
    return { type: "float", value };
  }
  if (value === null) return NULL;
  if (value instanceof Uint8Array) return { type: "blob", base64: value.toBase64() };
  if (value instanceof ArrayBuffer)
    return { type: "blob", base64: new Uint8Array(value).toBase64() };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "boolean") return { type: "integer", value: value ? "1" : "0" };
  throw new TypeError("a parameter has no type of SQLite");
}

const NULL = { type: "null" };

interface ServerError {
  readonly message: string;
  readonly code?: string | null;
}
type Cell =
  | { readonly type: "null" }
  | { readonly type: "integer" | "text"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "blob"; readonly base64: string };
interface Result {
  readonly cols: readonly { readonly name?: string | null }[];
  readonly rows: readonly (readonly Cell[])[];
}
interface BatchResult {
  readonly step_results: readonly (Result | null)[];
  readonly step_errors: readonly (ServerError | null)[];
}
type StreamResult =
  | { readonly type: "ok"; readonly response: { readonly result: unknown } }
  | { readonly type: "error"; readonly error: ServerError };

const errorOf = ({ code, message }: ServerError) => new HranaError(code ?? "UNKNOWN", message);

/** The results of all requests of a stream. */
async function pipeline(
  requests: readonly unknown[],
  exchange: Exchange,
  signal?: AbortSignal,
): Promise<readonly StreamResult[]> {
  const { status, json } = await exchange(JSON.stringify({ baton: null, requests }), signal);
  const answer = trusted<{ results?: StreamResult[]; message?: string; code?: string } | null>(
    json,
  );
  if (status < 200 || status >= 300) {
    const { message, code } = answer ?? {};
    if (typeof message === "string" && typeof code === "string")
      throw new HranaError(code, message);
    throw new HranaError("SERVER_ERROR", `Server returned HTTP status ${status}`);
  }
  if (answer?.results?.length !== requests.length)
    throw new HranaError(UNREADABLE, "the answer has other results than were asked for");
  return answer.results;
}

/** The result of one request; a server that speaks Hrana gives that of its type. */
function resultOf<T>(answer: StreamResult | undefined): T {
  if (answer?.type === "ok") return trusted<T>(answer.response.result);
  if (answer?.type === "error") throw errorOf(answer.error);
  throw new HranaError(UNREADABLE, "the answer has a result of an unknown type");
}

function readRows({ cols, rows }: Result): StatementResult {
  const names = cols.map(({ name }) => name ?? "");
  return {
    rows: rows.map((cells) => {
      const row: Record<string, unknown> = {};
      for (const [i, name] of names.entries()) row[name] = readCell(cells[i]);
      return row;
    }),
  };
}

function readCell(cell: Cell | undefined): Value {
  switch (cell?.type) {
    case "text":
    case "float":
      return cell.value;
    case "integer": {
      const number = Number(cell.value);
      if (!Number.isSafeInteger(number)) throw new RangeError("an integer is not exact");
      return number;
    }
    case "blob":
      return Uint8Array.fromBase64(cell.base64);
    case "null":
      return null;
    default:
      throw new HranaError(UNREADABLE, "a cell has an unknown type");
  }
}
