import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Value } from "../ports/sql.ts";
import type { ReportFailure } from "./failures.ts";

/** The most rows that one report looks through: it keeps something of each until its end. */
const MOST_LOOKED = 100_000;
/** Rows of one statement. */
export const PAGE = 500;

export type ReportNeeds = Pick<Ports, "reader" | "yieldToEventLoop">;

/** What a report looks through, and how much of it there has been. */
export class Looked {
  readonly ports: ReportNeeds;
  readonly company: number;
  readonly signal: AbortSignal | undefined;
  #rows = 0;

  constructor(ports: ReportNeeds, company: number, signal?: AbortSignal) {
    this.ports = ports;
    this.company = company;
    this.signal = signal;
  }

  /** Counts rows. Fails with `report.too_many_notes`. */
  add(rows: number): void {
    this.#rows += rows;
    if (this.#rows > MOST_LOOKED)
      throw new Failed<ReportFailure>({ code: "report.too_many_notes", limit: MOST_LOOKED });
  }

  /**
   * The rows of a statement, some at a time. Its parameters: ?1 the company, then those of `keyOf` (the place after which a page
   * begins, first `start`), then `until` and the number of rows. It yields to the event loop between pages. Fails as `add`.
   */
  async *pages(
    sql: string,
    start: readonly Value[],
    until: number,
    keyOf: (row: Row) => Value[],
  ): AsyncGenerator<Row[], void, void> {
    let after = start;
    for (;;) {
      await this.ports.yieldToEventLoop();
      this.signal?.throwIfAborted();
      const args = [this.company, ...after, until, PAGE];
      const rows = await this.ports.reader.rows({ sql, args }, this.signal);
      this.add(rows.length);
      yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = keyOf(last);
    }
  }
}
