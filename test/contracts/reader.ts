import { Failed } from "../../src/lib/result.ts";
import type { Reader, Writer } from "../../src/ports/sql.ts";
import { type Contract, claim, rejection, same } from "./claims.ts";

/** A reader over an empty table `things (id integer primary key, name text unique)`, and a writer to the same database. */
export interface OpenReader {
  readonly reader: Reader;
  readonly writer: Writer;
  close(): Promise<void>;
}

/** Ports.Reader, for every implementation. */
export const readerContract: Contract<() => Promise<OpenReader>> = [
  {
    name: "gives rows by column name, with SQLite's values, and bytes as they are",
    async run(open) {
      const { reader, close } = await open();
      const bytes = new Uint8Array([9, 0, 255, 13, 10, 9]).subarray(1, 5);
      const rows = await reader.rows({
        sql: "select ?1 as text, ?2 as whole, ?3 as part, ?4 as none, ?5 as bytes, x'' as empty, 9007199254740991 as large",
        args: ["ç😀", -7, 1.5, null, bytes],
      });
      same(rows, [
        {
          text: "ç😀",
          whole: -7,
          part: 1.5,
          none: null,
          bytes: new Uint8Array([0, 255, 13, 10]),
          empty: new Uint8Array(),
          large: Number.MAX_SAFE_INTEGER,
        },
      ]);
      await close();
    },
  },
  {
    name: "sees what the writer has committed, as soon as it has",
    async run(open) {
      const { reader, writer, close } = await open();
      const counted = () => reader.rows({ sql: "select count(*) as n from things", args: [] });
      for (let n = 0; n < 5; n += 1) {
        same(await counted(), [{ n }]);
        await writer.commit({
          statements: [{ sql: "insert into things (id) values (?1)", args: [n] }],
          read: () => null,
        });
      }
      same(await counted(), [{ n: 5 }]);
      await close();
    },
  },
  {
    name: "no rows are an empty list",
    async run(open) {
      const { reader, close } = await open();
      same(await reader.rows({ sql: "select * from things", args: [] }), []);
      await close();
    },
  },
  {
    name: "an integer that a number cannot hold is an error, never a near one",
    async run(open) {
      const { reader, close } = await open();
      const beyond = reader.rows({ sql: "select 9007199254740993 as n", args: [] });
      claim((await rejection(beyond)) instanceof RangeError, "no RangeError");
      await close();
    },
  },
  {
    name: "an aborted caller gets the reason of its own signal",
    async run(open) {
      const { reader, close } = await open();
      const left = reader.rows({ sql: "select 1", args: [] }, AbortSignal.abort("gone"));
      same(await rejection(left), "gone");
      await close();
    },
  },
  {
    name: "a statement that is not SQL is not transient, and is not retried",
    async run(open) {
      const { reader, close } = await open();
      for (const sql of ["select * from nowhere", "selct 1"]) {
        const fault = await rejection(reader.rows({ sql, args: [] }));
        claim(fault instanceof Error && !(fault instanceof Failed), `${sql}: ${String(fault)}`);
      }
      same(await reader.rows({ sql: "select 1 as one", args: [] }), [{ one: 1 }]);
      await close();
    },
  },
  {
    name: "concurrent reads each get their own rows",
    async run(open) {
      const { reader, close } = await open();
      const all = Array.from({ length: 50 }, (_, n) =>
        reader.rows({ sql: "select ?1 as n", args: [n] }),
      );
      same(
        (await Promise.all(all)).map(([row]) => row?.n),
        Array.from({ length: 50 }, (_, n) => n),
      );
      await close();
    },
  },
];
