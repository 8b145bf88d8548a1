import type { InStatement } from "@libsql/client";
import { trusted } from "../../../lib/cast.ts";
import type { Value } from "../../../ports/sql.ts";
import type { StatementResult } from "../../libsql/rows.ts";
import { packed } from "./packed.ts";
import { openWriting, type WritingConnection } from "./writing-connection.ts";

/** The first message: which database. It is opened at the first request, and again at the next one while that fails. */
export interface Opening {
  readonly path: string;
  readonly pragmas: string;
}
/**
 * A request to the thread; it is sent as one text of JSON, which costs a quarter of a structured clone. The bytes of its
 * parameters follow it as one ArrayBuffer, which is handed over and not copied: in base64 they cost half of the sending.
 */
export type WriterRequest = { readonly id: number } & (
  | {
      readonly how: "execute" | "batch";
      /** An ArrayBuffer with the bytes follows. */
      readonly hasBytes: boolean;
      /** The text of a statement is sent once, and then named by its number. */
      readonly texts: readonly (readonly [number, string])[];
      readonly calls: readonly Call[];
    }
  | { readonly how: "executeMultiple"; readonly sql: string }
  | { readonly how: "inspect" | "close" }
);
/** A text, or its number, and its parameters. */
export type Call = readonly [
  sql: number | string,
  args: readonly (Exclude<Value, Uint8Array> | Place)[],
];
/** Where bytes stand in the ArrayBuffer of their request; `pack`: they are bound compressed. */
export interface Place {
  readonly at: number;
  readonly size: number;
  readonly pack: boolean;
}
/** The reply of the thread: how many statements ran, and the rows of those that returned some, by the place of the statement. */
export type WriterReply =
  | {
      readonly id: number;
      readonly ran: number;
      readonly answers: readonly (readonly [number, StatementResult])[];
    }
  | { readonly id: number; readonly fault: { name: string; message: string; code?: string } };

declare const self: Worker;

/** Makes this thread run the requests of writer-thread.ts, in their order. A failure is replied, and the thread goes on. */
export function serveWriterThread(): void {
  const texts: string[] = [];
  let opening: Opening | null = null;
  let connection: WritingConnection | null = null;
  /** A request whose bytes are the next message. */
  let waiting: WriterRequest | null = null;

  const learn = (numbered: readonly (readonly [number, string])[]) => {
    for (const [number, text] of numbered) texts[number] = text;
  };
  const statementWith =
    (bytes: ArrayBuffer) =>
    ([sql, args]: Call): InStatement => ({
      sql: typeof sql === "string" ? sql : (texts[sql] ?? ""),
      args: args.map((arg) => bound(arg, bytes)),
    });

  const carried = async (
    order: WriterRequest,
    bytes: ArrayBuffer,
  ): Promise<readonly StatementResult[]> => {
    // First of all: a text is sent once, also where the file cannot be opened now.
    if ("texts" in order) learn(order.texts);
    if (opening === null) throw new Error("the thread was not given a database");
    const open = connection ?? openWriting(opening.path, opening.pragmas);
    connection = open;
    switch (order.how) {
      case "batch":
        return open.batch(order.calls.map(statementWith(bytes)), "write");
      case "execute":
        return Promise.all(order.calls.map(statementWith(bytes)).map((one) => open.execute(one)));
      case "executeMultiple":
        await open.executeMultiple(order.sql);
        return [];
      case "inspect":
        return [{ rows: [{ seen: await open.inspect() }] }];
      case "close":
        await open.close();
        connection = null;
        // The binding lets go of the file when the last statement is collected.
        Bun.gc(true);
        return [];
    }
  };

  const reply = (request: WriterRequest, bytes: ArrayBuffer) => {
    const { id } = request;
    carried(request, bytes).then(
      (answers) =>
        self.postMessage({
          id,
          ran: answers.length,
          answers: [...answers.entries()].filter(([, { rows }]) => rows.length > 0),
        } satisfies WriterReply),
      (error: unknown) => self.postMessage({ id, fault: faultOf(error) } satisfies WriterReply),
    );
  };

  self.onmessage = ({ data }: MessageEvent) => {
    if (data instanceof ArrayBuffer) {
      const request = waiting;
      waiting = null;
      if (request !== null) reply(request, data);
      return;
    }
    // Only writer-thread.ts posts here.
    const request = trusted<Opening | WriterRequest>(JSON.parse(String(data)));
    if ("path" in request) opening = request;
    else if ("hasBytes" in request && request.hasBytes) waiting = request;
    else reply(request, NO_BYTES);
  };
}

const NO_BYTES = new ArrayBuffer(0);

function bound(arg: Call[1][number], bytes: ArrayBuffer): Value {
  if (typeof arg !== "object" || arg === null) return arg;
  const own = new Uint8Array(bytes, arg.at, arg.size);
  return arg.pack ? packed(own) : own;
}

/** An Error as plain data; resilience/transient-faults.ts reads its code. */
function faultOf(error: unknown): { name: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code };
}
