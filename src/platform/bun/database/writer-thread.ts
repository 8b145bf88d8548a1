import { trusted } from "../../../lib/cast.ts";
import type { BytesToPack, Value } from "../../../ports/sql.ts";
import type { SeenFile } from "../../installation.ts";
import type { StatementResult } from "../../libsql/rows.ts";
import { type Bindable, KEPT_LENGTH } from "./connection.ts";
import type { Call, Opening, Place, WriterReply, WriterRequest } from "./writer-requests.ts";
import type { WritingConnection } from "./writing-connection.ts";

/** Texts that are sent by number; those that the connection does not keep are rarely repeated. The program has fewer than this. */
const NUMBERED = 1_000;

const WRITER = new URL("../../../writer.worker.ts", import.meta.url);

/** The thread ended during requests: whether they were applied is unknown (resilience/transient-faults.ts). */
class ThreadLost extends Error {
  readonly code = "ConnectionClosed";

  constructor() {
    super("the thread that writes has ended");
    this.name = "ThreadLost";
  }
}

interface Waiting {
  settle(answers: readonly StatementResult[]): void;
  fail(error: unknown): void;
}

/**
 * A Connection in its own thread, so that neither a long statement nor the disk blocks the event loop of requests
 * (docs/adr/0006). A dead thread is replaced at the next request; its pending requests fail with ThreadLost.
 */
export async function threadConnection(
  path: string,
  pragmas: string,
  begin = (script: URL) => new Worker(script),
): Promise<WritingConnection> {
  const numbers = new Map<string, number>();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let thread: Worker | null = null;

  const lose = (lost: Worker) => {
    if (lost !== thread) return;
    thread = null;
    numbers.clear();
    const orders = [...waiting.values()];
    waiting.clear();
    for (const order of orders) order.fail(new ThreadLost());
  };

  const hear = (receipt: WriterReply) => {
    const order = waiting.get(receipt.id);
    waiting.delete(receipt.id);
    if (order === undefined) return;
    if ("answers" in receipt) {
      const all = Array.from({ length: receipt.ran }, (): StatementResult => ({ rows: [] }));
      for (const [place, answer] of receipt.answers) all[place] = answer;
      return order.settle(all);
    }
    const { name, message, code } = receipt.fault;
    order.fail(Object.assign(new Error(message), { name }, code === undefined ? {} : { code }));
  };

  const start = (): Worker => {
    const started = begin(WRITER);
    started.onmessage = (event: MessageEvent) => hear(trusted<WriterReply>(event.data));
    started.onerror = (event) => {
      event.preventDefault();
      started.terminate();
      lose(started);
    };
    started.addEventListener("close", () => lose(started));
    return started;
  };

  const order = (
    make: (id: number) => WriterRequest,
    bytes?: ArrayBuffer,
  ): Promise<readonly StatementResult[]> =>
    new Promise((settle, fail) => {
      lastId += 1;
      const id = lastId;
      if (thread === null) {
        thread = start();
        thread.postMessage(JSON.stringify({ path, pragmas } satisfies Opening));
      }
      waiting.set(id, { settle, fail });
      thread.postMessage(JSON.stringify(make(id)));
      if (bytes !== undefined) thread.postMessage(bytes, [bytes]);
    });

  const called = (how: "execute" | "batch", statements: readonly Bindable[]) => {
    // Only between two requests: what this one has named must not get another text.
    if (numbers.size >= NUMBERED) numbers.clear();
    const texts: [number, string][] = [];
    const parts: Uint8Array[] = [];
    let size = 0;
    const sent = (arg: Value | BytesToPack): Call[1][number] => {
      if (typeof arg !== "object" || arg === null) return arg;
      const bytes = "pack" in arg ? arg.bytes : arg;
      const place: Place = { at: size, size: bytes.byteLength, pack: "pack" in arg };
      parts.push(bytes);
      size += bytes.byteLength;
      return place;
    };
    const calls = statements.map((statement): Call => {
      const { sql, args } =
        typeof statement === "string" ? { sql: statement, args: [] } : statement;
      // Parameters are an array; names are not used.
      const values = trusted<readonly (Value | BytesToPack)[]>(args ?? []);
      const bound = values.some(isBytes) ? values.map(sent) : trusted<Call[1]>(values);
      if (sql.length > KEPT_LENGTH) return [sql, bound];
      const known = numbers.get(sql);
      if (known !== undefined) return [known, bound];
      const number = numbers.size;
      numbers.set(sql, number);
      texts.push([number, sql]);
      return [number, bound];
    });
    const hasBytes = parts.length > 0;
    // A copy: who sent the bytes keeps them, for a batch that is sent again.
    return order(
      (id) => ({ id, how, hasBytes, texts, calls }),
      hasBytes ? joined(parts, size) : undefined,
    );
  };

  const connection: WritingConnection = {
    async execute(statement) {
      const [answer] = await called("execute", [statement]);
      return answer ?? { rows: [] };
    },
    async batch(statements) {
      return [...(await called("batch", statements))];
    },
    async executeMultiple(sql) {
      await order((id) => ({ id, how: "executeMultiple", sql }));
    },
    async inspect() {
      const [seen] = await order((id) => ({ id, how: "inspect" }));
      return trusted<{ seen: SeenFile | null } | undefined>(seen?.rows[0])?.seen ?? null;
    },
    async close() {
      if (thread === null) return;
      await order((id) => ({ id, how: "close" })).catch(() => undefined);
      const ended = thread;
      thread = null;
      ended.terminate();
    },
  };
  try {
    await connection.executeMultiple("select 1");
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

const isBytes = (arg: Value | BytesToPack): boolean => typeof arg === "object" && arg !== null;

function joined(parts: readonly Uint8Array[], size: number): ArrayBuffer {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all.buffer;
}
