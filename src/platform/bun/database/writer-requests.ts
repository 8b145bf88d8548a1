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
/** A request to the thread; it is sent as one text of JSON, which costs a quarter of a structured clone. */
export type WriterRequest = { readonly id: number } & (
  | {
      readonly how: "execute" | "batch";
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
  args: readonly (Exclude<Value, Uint8Array> | Bytes)[],
];
/** Bytes in base64; `pack`: they are bound compressed. */
export interface Bytes {
  readonly base64: string;
  readonly pack: boolean;
}
/** The reply of the thread. */
export type WriterReply =
  | { readonly id: number; readonly answers: readonly StatementResult[] }
  | { readonly id: number; readonly fault: { name: string; message: string; code?: string } };

declare const self: Worker;

/** Makes this thread run the requests of writer-thread.ts, in their order. A failure is replied, and the thread goes on. */
export function serveWriterThread(): void {
  const texts: string[] = [];
  let opening: Opening | null = null;
  let connection: WritingConnection | null = null;

  const learn = (numbered: readonly (readonly [number, string])[]) => {
    for (const [number, text] of numbered) texts[number] = text;
  };
  const statementOf = ([sql, args]: Call): InStatement => ({
    sql: typeof sql === "string" ? sql : (texts[sql] ?? ""),
    args: args.map(bound),
  });

  const carried = async (order: WriterRequest): Promise<readonly StatementResult[]> => {
    if (opening === null) throw new Error("the thread was not given a database");
    const open = connection ?? openWriting(opening.path, opening.pragmas);
    connection = open;
    switch (order.how) {
      case "batch":
        learn(order.texts);
        return open.batch(order.calls.map(statementOf), "write");
      case "execute":
        learn(order.texts);
        return Promise.all(order.calls.map((call) => open.execute(statementOf(call))));
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

  self.onmessage = (event: MessageEvent) => {
    // Only writer-thread.ts posts here.
    const request = trusted<Opening | WriterRequest>(JSON.parse(String(event.data)));
    if ("path" in request) {
      opening = request;
      return;
    }
    carried(request).then(
      (answers) => self.postMessage({ id: request.id, answers } satisfies WriterReply),
      (error: unknown) =>
        self.postMessage({ id: request.id, fault: faultOf(error) } satisfies WriterReply),
    );
  };
}

function bound(arg: Call[1][number]): Value {
  if (typeof arg !== "object" || arg === null) return arg;
  const bytes = Uint8Array.fromBase64(arg.base64);
  return arg.pack ? packed(bytes) : bytes;
}

/** An Error as plain data; resilience/transient-faults.ts reads its code. */
function faultOf(error: unknown): { name: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code };
}
